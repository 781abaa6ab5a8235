"""The NIR paper's convolutional N-MNIST network on simulated digits: its float reading beside two programs."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.pages import table
from compiler.frontends.nir.read import read_nir
from compiler.pipeline import compile_graph
from motifc.evaluation import float_spikes, judged
from search.data.tasks.nmnist_sim import load as nmnist_sim
from targets.conformance.verification import side, verify
from targets.contracts.arrays import Array
from targets.contracts.ports import Readout
from targets.contracts.raster import SpikeRaster
from targets.program.usage import chips_used
from targets.runtime.backend import load

READOUT, CLASSES, STEPS = "12", 10, 32
CHIPS, BACKENDS = ("loihi2", "loihi1"), ("numba", "torch", "onnx")
_FEW = 10
"""Samples on which every backend is compared with numpy."""


@dataclass(frozen=True)
class Row:
    """One side: the float reading, or the program for a chip.

    agrees  share of samples with the one class of the float reading; ties of either are wrong
    named   samples for each class; of these that are tied none
    equal   whether all backends agree with numpy in every bin of some samples; None of the float reading
    """

    name: str
    cores: str
    accuracy: float
    tied: float
    agrees: float
    named: tuple[int, ...]
    spikes: dict[str, int]
    equal: bool | None


def rows(shared: Path, samples: int) -> Iterator[Row]:
    """The float reading first, then a row for each chip."""
    digits = nmnist_sim(0, shared / "data" / "mnist", train=1_000, test=max(samples, 1_200)).test.take(slice(samples))
    path = shared / "golden" / "nir_cnn" / "cnn_sinabs.nir"
    graph = replace(read_nir(path, steps=STEPS, tell=lambda told: None), readout=Readout(READOUT, CLASSES))
    given = {graph.inputs[0].name: digits}
    floats = float_spikes(graph, given)
    wanted = _classes(floats[READOUT])
    yield _row("float reading", "", floats, wanted, None)
    for chip in CHIPS:
        program = compile_graph(graph, chip)
        few = {name: raster.take(slice(_FEW)) for name, raster in given.items()}
        with load(program) as oracle:
            sides = [side(load(program, backend)) for backend in BACKENDS]
            equal = all(verdict.equal for verdict in verify(side(oracle), sides, few))
        with load(program, "numba") as loaded:
            spikes = loaded.run(given).spikes
        cores = f"{len(program.cores)} on {chips_used(program)} chip"
        yield _row(f"program for {chip}", cores, dict(spikes), wanted, equal)


def _row(name: str, cores: str, spikes: dict[str, SpikeRaster], wanted: Array, equal: bool | None) -> Row:
    classes, found = _classes(spikes[READOUT]), judged(Readout(READOUT, CLASSES), spikes[READOUT])
    return Row(
        name,
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
        "cores",
        "accuracy",
        "ties",
        "class of the float reading",
        *(f"spikes of {layer}" for layer in layers),
    )
    cells = [
        (
            each.name,
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
    least = min(found[0].named)
    return [
        *table(titles, cells, "l" + "r" * (len(titles) - 1)),
        "",
        f"numpy, {', '.join(BACKENDS)}: {told} in every bin of {_FEW} samples. The float reading names every class at "
        f"least {least} times.",
    ]
