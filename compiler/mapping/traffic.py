"""traffic: messages per step that a partition is expected to send from core to core."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from compiler.ir.graph import IntGraph
from compiler.mapping.state import Partition, Placement
from targets.contracts.arrays import Array, Floats
from targets.contracts.errors import InputError
from targets.contracts.numbering import distinct, numbered, offsets
from targets.contracts.wiring import Node

ASSUMED_RATE = 0.03


@dataclass(frozen=True, eq=False)
class Traffic:
    """Expected messages per step: `between` float64 [source core, target core], `inputs` float64 [target core].

    A spike is one message to every other core that listens, however many neurons listen there.
    """

    between: Floats
    inputs: Floats

    @property
    def messages(self) -> float:
        """All messages per step, from cores and from outside."""
        return float(self.between.sum() + self.inputs.sum())

    def hops(self, placement: Placement) -> float:
        """Spikes times tiles travelled (Manhattan) per step between cores; inputs enter where they are needed."""
        tiles = placement.tiles.astype(np.int64)
        distance = np.abs(tiles[:, None] - tiles[None]).sum(axis=2)
        return float((self.between * distance).sum())


def traffic(graph: IntGraph, partition: Partition, rates: Mapping[str, Floats] | None = None) -> Traffic:
    """Expected messages of `graph` cut by `partition`; rates are spikes per step, name -> [neuron].

    Where no rates are given, every neuron is taken to spike in 3 % of the steps.
    """
    starts = offsets(graph.inputs, graph.populations)
    cores = partition.cores
    rate = rates_of(graph, rates)
    core_of = np.full(rate.size, -1, dtype=np.int64)
    for name, own in partition.core_of.items():
        core_of[starts[name] : starts[name] + own.size] = own
    reached = np.zeros(0, dtype=np.int64)
    for pre, post in numbered(graph.projections, starts):
        reached = np.union1d(reached, distinct(pre * cores + core_of[post]))
    source, target = np.divmod(reached, max(cores, 1))
    home = core_of[source]
    inner = home >= 0
    between = weighed(home[inner] * cores + target[inner], rate[source[inner]], cores * cores)
    between = between.reshape(cores, cores)
    np.fill_diagonal(between, 0)
    return Traffic(between, weighed(target[~inner], rate[source[~inner]], cores))


def rates_of(graph: IntGraph, rates: Mapping[str, Floats] | None) -> Floats:
    """Expected spikes per step by global number; InputError when `rates` does not fit the graph."""
    parts: tuple[Node, ...] = (*graph.inputs, *graph.populations)
    if rates is None:
        return np.full(sum(part.neurons for part in parts), ASSUMED_RATE)
    if set(rates) != {part.name for part in parts}:
        raise InputError(
            f"rates are given for {', '.join(map(repr, sorted(rates)))} but the graph has "
            f"{', '.join(map(repr, sorted(part.name for part in parts)))}; give one array for each."
        )
    for part in parts:
        given = np.asarray(rates[part.name])
        if given.shape != (part.neurons,) or not np.isfinite(given).all() or (given < 0).any():
            raise InputError(
                f"rates of {part.name!r} have shape {given.shape} and must be {part.neurons:,} finite numbers of "
                "spikes per step, none negative; count them anew."
            )
    return np.concatenate([np.asarray(rates[part.name], dtype=np.float64) for part in parts])


def weighed(places: Array, weights: Array, count: int = 0) -> Floats:
    """Sum of the weights at each place, float64 [at least count]."""
    return np.bincount(places, weights, minlength=count).astype(np.float64)
