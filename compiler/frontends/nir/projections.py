"""Weight nodes between two populations become one projection."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np

from compiler.frontends.nir.flatten import Flat
from compiler.frontends.nir.neurons import Neurons
from compiler.frontends.nir.nodes import kind
from compiler.ir.graph import FloatProjection
from targets.contracts.arrays import Floats, readonly
from targets.contracts.errors import InputError
from targets.contracts.fields import LONGEST_NAME
from targets.contracts.ports import Input
from targets.contracts.synapses import BlockDiagonal, Dense, Synapses


@dataclass(frozen=True, eq=False)
class Map:
    """y = weights x + bias; weights [post, pre], or [neuron] for a diagonal; bias [post] or None."""

    weights: Floats
    bias: Floats | None = None

    @classmethod
    def of(cls, name: str, node: Any) -> "Map":
        """What the Linear, Affine or Scale node `name` computes; InputError where its shapes do not fit."""
        if kind(node) == "Scale":
            return cls(readonly(node.scale, np.float64, f"scale of node {name!r}"))
        weights = readonly(node.weight, np.float64, f"weight of node {name!r}", 2)
        if kind(node) == "Linear":
            return cls(weights)
        bias = readonly(node.bias, np.float64, f"bias of node {name!r}")
        if bias.size != len(weights):
            raise InputError(
                f"node {name!r} has weights {weights.shape} [post, pre] but {bias.size} biases; "
                "one per post neuron is needed, so match them."
            )
        return cls(weights, bias)

    def then(self, after: "Map") -> "Map":
        """The map that is `self` followed by `after`."""
        first, second = self.weights, after.weights
        if first.ndim == second.ndim == 2:
            weights = second @ first
        else:
            weights = (second[:, None] if second.ndim < first.ndim else second) * first
        if self.bias is None:
            return Map(weights, after.bias)
        bias = second @ self.bias if second.ndim == 2 else second * self.bias
        return Map(weights, bias if after.bias is None else bias + after.bias)

    def plus(self, other: "Map") -> "Map":
        """The map whose result is the sum of both."""
        wide = max(self.weights.ndim, other.weights.ndim)
        first, second = (each if each.ndim == wide else np.diag(each) for each in (self.weights, other.weights))
        biases = [each.bias for each in (self, other) if each.bias is not None]
        return Map(first + second, sum(biases[1:], biases[0]) if biases else None)

    def synapses(self) -> Synapses:
        """The weights as a projection stores them."""
        return Dense(self.weights) if self.weights.ndim == 2 else BlockDiagonal(self.weights[:, None, None])


def projections(
    flat: Flat, inputs: Mapping[str, Input], neurons: Mapping[str, Neurons], maps: Mapping[str, Map]
) -> tuple[FloatProjection, ...]:
    """One projection for each way; parallel paths are summed on the way, so that work grows with maps, not with paths.

    It is named after the maps on its only path where no other projection has that name, else after all nodes on it,
    and where there are several paths after its ends. Its delay is 1 where it lies on a cycle, 0 elsewhere; the gain of
    the neurons at its end is in its weights. The bias of a map rides with the first way that the map is on.
    """
    import networkx as nx

    links = nx.DiGraph((way.start, way.end) for way in flat.ways)
    cycle_of = {name: number for number, part in enumerate(nx.strongly_connected_components(links)) for name in part}
    short = [_joined(way.path or ()) for way in flat.ways]
    wholes: dict[tuple[str, str], Map] = {}
    biased: set[str] = set()
    for start in dict.fromkeys(way.start for way in flat.ways):
        width = inputs[start].neurons if start in inputs else neurons[start].population.neurons
        for end, whole in _reached(start, Map(np.ones(width)), flat, maps, biased).items():
            wholes[start, end] = whole.then(Map(neurons[end].gain))
    found = []
    for way, name in zip(flat.ways, short, strict=True):
        start, end, whole = way.start, way.end, wholes[way.start, way.end]
        found.append(
            FloatProjection(
                name=name if name and short.count(name) == 1 else _joined((start, *(way.path or ()), end)),
                source=start,
                target=end,
                synapses=whole.synapses(),
                delay=1 if cycle_of[start] == cycle_of[end] else 0,
                bias=whole.bias,
            )
        )
    return tuple(found)


def _reached(start: str, one: Map, flat: Flat, maps: Mapping[str, Map], biased: set[str]) -> dict[str, Map]:
    """What leads from `start` to every end that it has a way to.

    Maps in `biased` keep their bias to themselves, for it was added on the way from another start; others join them.
    """
    done = {start: one}
    ends = [way.end for way in flat.ways if way.start == start]
    reached: dict[str, Map] = {}
    for name in (*flat.order, *ends):
        parts = [done[node] for node in flat.before[name] if node in done]
        if not parts:
            continue
        whole = reduce(Map.plus, parts)
        if name in maps:
            own = maps[name]
            done[name] = whole.then(own if name not in biased else Map(own.weights))
            biased.add(name)
        else:
            reached[name] = whole
    return reached


def _joined(path: Sequence[str]) -> str:
    """The nodes of a path in one name; of a path too long for a name its ends, and how many lie between."""
    whole = " -> ".join(path)
    if len(whole) <= LONGEST_NAME:
        return whole
    return f"{path[0]} -> {len(path) - 2:,} more -> {path[-1]}"
