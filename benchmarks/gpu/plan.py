"""Tasks: what is checked and measured, in the order in which it is; the cheap and the needed first."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import torch

from benchmarks.gpu import epoch, integers, training
from benchmarks.kernels.case import Case

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


def tasks(tiny: bool) -> list[Task]:
    """All of them, or the same at sizes that Triton's interpreter can run in seconds."""
    sizes = (32, 64) if tiny else SIZES
    samples, steps = (1, 3) if tiny else (64, 100)
    case = Case(neurons=32, channels=10, rate=0.4, steps=8, batch=2, readout=10) if tiny else Case(readout=40)
    cases = [Case(**{**asdict(case), "neurons": neurons}) for neurons in sizes]
    small = cases[0]
    about: dict[str, Any]
    chance: dict[str, Any] = {"programs": 1 if tiny else 40, "steps": 10 if tiny else 40}
    shape: dict[str, Any] = {"neurons": sizes[1], "samples": 2, "steps": 8 if tiny else 50}
    found: list[Task] = []
    for together in (True, False):
        launches = "one" if together else "one a step"
        about = {"what": "integer programs by chance", "launches": launches}
        measure = partial(integers.equal_on_random_programs, **chance, together=together)
        found.append(Task("equality", about, 20, measure))
        about = {"what": f"integer program of {sizes[1]:,} neurons", "launches": launches}
        found.append(Task("equality", about, 20, partial(integers.equal_on_motifs, **shape, together=together)))
    for way in WAYS[:2]:
        about = {
            "what": f"training of {small.neurons:,} neurons, {way}",
            "launches": "one" if way == WAYS[0] else "many",
        }
        found.append(Task("equality", about, 20, partial(training.equal, case=small, by=way)))
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
