"""motifs: those that one method found on each data set, drawn side by side."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib import pyplot as plt

from benchmarks.studies.memory.trials import Kept
from motifc.plot.motif import motif as drawn
from search.motif import DIRECTIONS, Motif

SHOWN = 5
"""Replicates, the first ones."""


def draw(rows: Sequence[Kept], arm: str, path: Path) -> None:
    """A row for every data set; over each motif its delays, beside it how much later each neuron hears the input."""
    mpl.use("Agg")
    found = [row for row in rows if row.arm == arm and row.replicate < SHOWN and row.motif is not None]
    data = list(dict.fromkeys(row.data for row in found))
    figure, grid = plt.subplots(
        len(data), SHOWN, figsize=(3.2 * SHOWN, 3.5 * len(data)), layout="constrained", squeeze=False
    )
    for panel in grid.flat:
        panel.axis("off")
    for row in found:
        panel, told = grid[data.index(row.data), row.replicate], row.motif or {}
        panel.axis("on")
        shape = motif_of(told)
        drawn(shape, axes=panel)
        inside, *lateral = told["delays"] or [1] * (1 + len(shape.lateral))
        beside = "/".join(map(str, lateral))
        panel.set_title(f"{row.data}, seed {row.seed}\ndelays {inside} inside, {beside} from beside", fontsize=9)
        if told["late"] is not None:
            heard = [f"{number}: +{late}" for number, late in enumerate(told["late"])]
            panel.set_yticks(range(shape.size), heard, fontsize=7)
            panel.set_ylabel("to neuron: input heard later by")
    figure.savefig(path, dpi=110)
    plt.close(figure)


def motif_of(told: dict[str, Any]) -> Motif:
    """The motif of its plain values."""
    size, directions = told["size"], len(DIRECTIONS[told["wiring"]])
    types = np.array(["0+-".index(letter) for letter in told["types"]], np.int8)
    types = np.where(types == 2, -1, types).reshape(1 + directions, size, size).astype(np.int8)
    return Motif(size, types[0], told["wiring"], types[1:], delays=told["delays"], late=told["late"])
