"""The NIR paper's convolutional N-MNIST network on simulated digits: its float reading beside programs.

Windows are those of the task nmnist-sim and of the paper, whose scripts cut recordings into windows of 1 ms.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.pages import table
from compiler.frontends.nir.read import read_nir
from compiler.pipeline import compile_graph
from motifc.evaluation import float_spikes, judged
from search.data.encoders.simulated import simulated_split
from search.data.tasks.nmnist_sim import ABOUT
from targets.conformance.verification import side, verify
from targets.contracts.arrays import Array
from targets.contracts.ports import Readout
from targets.contracts.raster import SpikeRaster
from targets.program.usage import chips_used
from targets.runtime.backend import load

READOUT, CLASSES = "12", 10
WINDOWS = ((10_000, 32), (1_000, 315))
"""Microseconds of a step, and steps."""
BACKENDS = ("numba", "torch", "onnx")
_FEW = 10
"""Samples on which every backend is compared with numpy."""
_CALIBRATION = 16
"""Training digits that scales and residuals are chosen on."""


@dataclass(frozen=True)
class Row:
    """One side: the float reading, or a program.

    window  microseconds of a step
    agrees  share of samples with the one class of the float reading; ties of either are wrong
    named   samples for each class; of these that are tied none
    equal   whether all backends agree with numpy in every bin of some samples; None of the float reading
    """

    name: str
    window: int
    cores: str
    accuracy: float
    tied: float
    agrees: float
    named: tuple[int, ...]
    spikes: dict[str, int]
    equal: bool | None


def rows(shared: Path, samples: int) -> Iterator[Row]:
    """For each window the float reading first, then a row for each program; those are the same in both."""
    parts = {
        window: simulated_split(
            "nmnist-sim", ABOUT, 0, shared / "data" / "mnist", 1_000, max(samples, 1_200), window, steps
        )
        for window, steps in WINDOWS
    }
    window, steps = WINDOWS[-1]
    graph = read_nir(shared / "golden" / "nir_cnn" / "cnn_sinabs.nir", steps=steps, tell=lambda told: None)
    graph = replace(graph, readout=Readout(READOUT, CLASSES))
    source = graph.inputs[0].name
    seen = {source: parts[window].train.take(slice(_CALIBRATION))}
    chips = ("loihi2", "loihi1")
    programs = {chip: compile_graph(graph, chip) for chip in chips}
    for chip in chips:
        made = compile_graph(graph, chip, calibration=seen, faithful=True)
        programs[f"{chip}, `--faithful --calibrate`"] = made
    for window, part in parts.items():
        digits = part.test.take(slice(samples))
        floats = float_spikes(graph, {source: digits})
        wanted = _classes(floats[READOUT])
        yield _row("float reading", window, "", floats, wanted, None)
        for chip, program in programs.items():
            with load(program) as oracle:
                sides = [side(load(program, backend)) for backend in BACKENDS]
                verdicts = verify(side(oracle), sides, {source: digits.take(slice(_FEW))})
                equal = all(verdict.equal for verdict in verdicts)
            with load(program, "numba") as loaded:
                spikes = loaded.run({source: digits}).spikes
            cores = f"{len(program.cores)} on {chips_used(program)} chip"
            yield _row(f"program for {chip}", window, cores, dict(spikes), wanted, equal)


def _row(name: str, window: int, cores: str, spikes: dict[str, SpikeRaster], wanted: Array, equal: bool | None) -> Row:
    classes, found = _classes(spikes[READOUT]), judged(Readout(READOUT, CLASSES), spikes[READOUT])
    return Row(
        name,
        window,
        cores,
        found.accuracy,
        float(np.mean(classes < 0)),
        float(np.mean((classes == wanted) & (wanted >= 0))),
        tuple(np.bincount(classes[classes >= 0], minlength=CLASSES).tolist()),
        {each: int(raster.counts().sum()) for each, raster in spikes.items()},
        equal,
    )


def _classes(spikes: SpikeRaster) -> Array:
    """The class of every sample that has strictly the most spikes; -1 where there is none."""
    counts = spikes.counts()
    most = counts.max(axis=1)
    return np.where((counts == most[:, None]).sum(axis=1) > 1, -1, counts.argmax(axis=1))


def lines(found: list[Row]) -> list[str]:
    """The table of the page."""
    layers = sorted(found[0].spikes, key=int)
    titles = (
        "",
        "step",
        "cores",
        "accuracy",
        "ties",
        "class of the float reading",
        *(f"spikes of {layer}" for layer in layers),
    )
    cells = [
        (
            each.name,
            f"{each.window // 1_000} ms",
            each.cores,
            f"{each.accuracy:.2%}",
            f"{each.tied:.2%}",
            f"{each.agrees:.2%}",
            *(f"{each.spikes[layer]:,}" for layer in layers),
        )
        for each in found
    ]
    equal = all(each.equal for each in found if each.equal is not None)
    told = "all agree" if equal else "not all agree"
    least = min(min(each.named) for each in found if each.equal is None)
    return [
        *table(titles, cells, "l" + "r" * (len(titles) - 1)),
        "",
        f"numpy, {', '.join(BACKENDS)}: {told} in every bin of {_FEW} samples. The float reading names every class at "
        f"least {least} times.",
    ]
