"""Tasks: what is checked and measured, in the order in which it is; the cheap and the needed first."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import torch

from benchmarks.gpu import epoch, integers, training
from benchmarks.kernels.case import Case
from search.training.kernels.triton_layer import Sizes

SIZES = (512, 2 << 10, 8 << 10, 64 << 10)
WAYS = ("kernels", "eager", "graph")


@dataclass(frozen=True)
class Task:
    """A row to be.

    table   where it belongs
    about   what tells it from the other rows of the table
    needed  seconds of which it is begun only with as many left
    measure called with the device; gives the figures of the row
    """

    table: str
    about: Mapping[str, Any]
    needed: float
    measure: Callable[[torch.device], dict[str, Any]]


_ONE, _FEW = "one", "as few as delays allow"


def _trained(block: int) -> list[tuple[str, str, dict[str, Any]]]:
    """What training is held to the oracle in: its name, launches, and the arguments of `training.equal`.

    block  neurons of a program where several run a sample
    """
    found: list[tuple[str, str, dict[str, Any]]] = []
    several = Sizes(alone=0, block=block)
    for rule in training.RULES:
        ways: dict[str, Any] = {"by": WAYS[0], "rule": rule}
        found += [
            (rule, _ONE, ways),
            (f"{rule}, shortest delay 1", _FEW, ways | {"sizes": several}),
            (f"{rule}, shortest delay 3", _FEW, ways | {"sizes": several, "delay": 3}),
            (f"{rule}, a loop over layers", _ONE, ways | {"back": True}),
            (f"{rule}, a loop over layers", _FEW, ways | {"sizes": several, "back": True}),
        ]
    return [*found, ("eager", "many", {"by": WAYS[1], "rule": next(iter(training.RULES))})]


def tasks(tiny: bool) -> list[Task]:
    """All of them, or the same at sizes that Triton's interpreter can run in seconds."""
    sizes = (24, 48) if tiny else SIZES
    samples, steps = (1, 3) if tiny else (64, 100)
    case = Case(neurons=24, channels=10, rate=0.4, steps=6, batch=1, readout=10) if tiny else Case(readout=40)
    cases = [Case(**{**asdict(case), "neurons": neurons}) for neurons in sizes]
    small = cases[0]
    about: dict[str, Any]
    chance: dict[str, Any] = {"programs": 1 if tiny else 40, "steps": 10 if tiny else 40}
    shape: dict[str, Any] = {"neurons": sizes[1], "samples": 2, "steps": 8 if tiny else 50}
    found: list[Task] = []
    for together in (True, False):
        launches = _ONE if together else _FEW
        about = {"what": "integer programs by chance", "launches": launches}
        measure = partial(integers.equal_on_random_programs, **chance, together=together)
        found.append(Task("equality", about, 20, measure))
        about = {"what": f"integer program of {sizes[1]:,} neurons", "launches": launches}
        found.append(Task("equality", about, 20, partial(integers.equal_on_motifs, **shape, together=together)))
    for what, launches, ways in _trained(16 if tiny else 128):
        about = {"what": f"training of {small.neurons:,} neurons, {what}", "launches": launches}
        found.append(Task("equality", about, 20, partial(training.equal, case=small, **ways)))
    found.append(Task("bandwidth", {}, 5, partial(integers.bandwidth, megabytes=1 if tiny else 1 << 10)))
    epochs: dict[str, Any] = {"samples": (862, 575), "steps": 40, "channels": 200, "neurons": 128}
    if tiny:
        epochs = {"samples": (20, 20), "steps": 6, "channels": 12, "neurons": 16}
    for number, own in enumerate(cases):
        needed = 10 + own.neurons / 1000
        for way in WAYS:
            about = {"neurons": own.neurons, "samples": samples, "steps": steps, "by": way}
            measure = partial(integers.simulation, neurons=own.neurons, samples=samples, steps=steps, by=way)
            found.append(Task("simulation", about, needed, measure))
        for way in WAYS:
            about = {"neurons": own.neurons, "samples": own.batch, "steps": own.steps, "by": way}
            found.append(Task("training", about, needed, partial(training.step, case=own, by=way)))
        if not number:
            found.append(Task("epoch", epochs, 40, partial(epoch.epoch, **epochs)))
    return found
