"""Small chips and graphs that the tests of mapping share."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from compiler.ir.graph import IntGraph
from compiler.mapping.state import Partition, Placement
from compiler.passes.coarsen import coarsen
from compiler.passes.partition import partition
from compiler.passes.place import place
from targets.contracts.arrays import Array, Floats
from targets.contracts.chip import ChipSpec, Limit, chip_named
from targets.contracts.ports import Input
from targets.contracts.synapses import Dense
from targets.program.program import IntPopulation, IntProjection

Rates = Mapping[str, Floats] | None


def small(**limits: int) -> ChipSpec:
    """loihi1 with some limits changed."""
    chip = chip_named("loihi1")
    for name, value in limits.items():
        changed: dict[str, Any] = {name: Limit(value, "units", "this test")}
        chip = replace(chip, **changed)
    return chip


def system(**limits: int) -> ChipSpec:
    """Two by two chips of 2 x 3 tiles with one core each, or with some limits changed."""
    return small(**({"chips": 4, "chips_x": 2, "cores": 6, "cores_per_tile": 1, "tiles_x": 2} | limits))


def chain(order: Array, extra: Array | None = None) -> IntGraph:
    """Motifs of two neurons, each heard by the next in `order` and by those in `extra` [link, (from, to)]."""
    links = np.stack([order[:-1], order[1:]], axis=1)
    if extra is not None:
        links = np.concatenate([links, extra])
    weights = np.zeros((order.size, order.size), dtype=np.int32)
    weights[links[:, 1], links[:, 0]] = 2
    weights = np.kron(weights, np.ones((2, 2), dtype=np.int32))
    same = np.ones(2 * order.size, dtype=np.int32)
    return IntGraph(
        (Input("outside", 1),),
        (IntPopulation("motifs", 2, 500 * same, 200 * same, 400 * same, 0 * same),),
        (
            IntProjection("chain", "motifs", "motifs", Dense(weights), 0, 1),
            IntProjection("outside", "outside", "motifs", Dense(2 * same[:, None]), 0, 1),
        ),
        None,
        10,
        "",
    )


def partitioned(graph: IntGraph, chip: ChipSpec, seed: int = 0, rates: Rates = None) -> Partition:
    """Contracted and cut."""
    return partition(coarsen(graph, chip, rates), chip, seed)


def placement(graph: IntGraph, cut: Partition, chip: ChipSpec, seed: int = 0, rates: Rates = None) -> Placement:
    """Contracted and placed."""
    return place(coarsen(graph, chip, rates), cut, chip, seed)
