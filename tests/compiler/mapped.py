"""Small chips and graphs that the tests of mapping share."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from compiler.assemble import assemble
from compiler.frontends.network import lower
from compiler.ir.graph import IntGraph
from compiler.mapping.state import ChipMapping, on_one_core, unplaced
from compiler.passes.coarsen import coarsen
from compiler.passes.fold import fold
from compiler.passes.partition import partition
from compiler.passes.place import place
from compiler.passes.quantize import quantize
from targets.contracts.arrays import Array, Floats, Ints
from targets.contracts.chip import ChipSpec, Limit, chip_named
from targets.contracts.ports import Input
from targets.contracts.synapses import Dense
from targets.program.program import IntPopulation, IntProjection, Program
from tests.networks import random_network

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
    """Motifs of two neurons, each a source of the next in `order` and by those in `extra` [link, (from, to)]."""
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


def varied(seed: int) -> IntGraph:
    """Six motifs of four neurons with three thresholds among them, and a readout with a fourth."""
    integers = quantize(fold(lower(random_network(seed))), small())
    hidden, answer = integers.populations
    populations = (
        replace(hidden, vth=np.repeat([500, 600, 700, 500, 600, 700], 4)),
        replace(answer, vth=np.full(3, 800)),
    )
    return replace(integers, populations=populations)


def random_cores(units: int, cores: int, rng: np.random.Generator) -> Array:
    """A random core for every unit, none of the cores empty."""
    return np.concatenate([np.arange(cores), rng.integers(0, cores, units - cores)])


def random_price(rng: np.random.Generator) -> Array:
    """Of messages between four cores, symmetric, and from inputs."""
    price = rng.integers(1, 9, (5, 4))
    price[:4] += price[:4].T
    price[np.arange(4), np.arange(4)] = 0
    return price


def partitioned(graph: IntGraph, chip: ChipSpec, seed: int = 0, rates: Rates = None) -> ChipMapping:
    """Coarsened and partitioned."""
    hypergraph = coarsen(graph, chip, rates)
    return partition(hypergraph, on_one_core(hypergraph, chip), chip, seed)


def placed(graph: IntGraph, mapping: ChipMapping, chip: ChipSpec, seed: int = 0, rates: Rates = None) -> ChipMapping:
    """Coarsened, and `mapping` placed."""
    return place(coarsen(graph, chip, rates), mapping, chip, seed)


def on_cores(graph: IntGraph, chip: ChipSpec, *cores: int) -> ChipMapping:
    """Unit u on core `cores[u]`, in the order of numbers."""
    return unplaced(coarsen(graph, chip), np.array(cores), chip)


def neurons(graph: IntGraph, mapping: ChipMapping, chip: ChipSpec) -> dict[str, Ints]:
    """Core of every neuron."""
    return coarsen(graph, chip).of_neurons(mapping.core_of)


def assembled(graph: IntGraph, mapping: ChipMapping, chip: ChipSpec) -> Program:
    """The program of a mapped graph."""
    return assemble(graph, neurons(graph, mapping, chip), mapping.tiles, chip, {})
