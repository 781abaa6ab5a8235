"""The thirteen recordings of the NIR paper's Braille networks, explained: a row for each."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.pages import table
from compiler.frontends.nir.explanation import PopulationExplanation, explain_graph
from compiler.frontends.nir.read import unread_nir
from targets.contracts.arrays import Array
from targets.contracts.raster import SpikeRaster

LAYER, DT, STEPS = "lif1.lif", 1e-4, 256
MODELS = {"bias, reset to zero": "noDelay_bias_zero", "no bias, subtraction": "noDelay_noBias_subtract"}
FRAMEWORKS = ("snntorch", "norse", "spyx", "rockpool", "nengo", "lava", "s2", "xylo")


@dataclass(frozen=True)
class Row:
    """A recording and what explains it; `several` are the bins that hold more than one spike, counted as one."""

    model: str
    framework: str
    several: int
    found: PopulationExplanation


def rows(folder: Path, frameworks: tuple[str, ...] = FRAMEWORKS) -> Iterator[Row]:
    """Rows of both models, for every framework that recorded it."""
    touch = {"input": SpikeRaster.pack(np.load(folder / "braille_sample0_from_pdf.npy")[None])}
    for model, ending in MODELS.items():
        graph = unread_nir(folder / f"braille_{ending}.nir", DT, STEPS, tell=lambda told: None)
        for framework in frameworks:
            path = folder / f"{framework}_activity_{ending}.npy"
            if not path.exists():
                continue
            spikes: Array = np.load(path)
            spikes = spikes if spikes.shape[0] == STEPS else spikes.T  # [time, neuron]
            (found,) = explain_graph(graph, touch, {LAYER: SpikeRaster.pack((spikes > 0)[None])})
            yield Row(model, framework, int((spikes > 1).sum()), found)


def lines(found: list[Row]) -> list[str]:
    """The table of the page."""
    titles = ("model", "recorded by", "spikes", "bins above 1", "differing bins", "reading")
    cells = []
    for row in found:
        name = "SpiNNaker2" if row.framework == "s2" else row.framework
        start = [row.model, name, f"{row.found.spikes:,}", str(row.several)]
        if row.found.readings:
            told = " or ".join(each.switches or "as docs/nir.md" for each in row.found.readings)
            cells.append([*start, "0", told])
        for near in row.found.nearest:
            cells.append([*start, f"{near.differing:,}", near.reading.switches or "as docs/nir.md"])
            start = ["", "", "", ""]
    return table(titles, cells, "llrrrl")
