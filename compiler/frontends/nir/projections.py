"""Weight nodes between two populations become one projection."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from compiler.frontends.nir.flatten import NodePath
from compiler.frontends.nir.neurons import Neurons
from compiler.frontends.nir.nodes import kind
from compiler.ir.graph import FloatProjection
from targets.contracts.arrays import Floats, readonly
from targets.contracts.errors import InputError
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

    def synapses(self) -> Synapses:
        """The weights as a projection stores them."""
        return Dense(self.weights) if self.weights.ndim == 2 else BlockDiagonal(self.weights[:, None, None])


def projections(
    paths: list[NodePath], inputs: Mapping[str, Input], neurons: Mapping[str, Neurons], maps: Mapping[str, Map]
) -> tuple[FloatProjection, ...]:
    """One projection per path, named after the maps on it where no other projection has that name.

    Its delay is 1 where the path lies on a cycle, 0 elsewhere; the gain of the neurons at its end is in its weights.
    """
    import networkx as nx

    links = nx.DiGraph((path[0], path[-1]) for path in paths)
    cycle_of = {name: number for number, part in enumerate(nx.strongly_connected_components(links)) for name in part}
    short = [" -> ".join(path[1:-1]) for path in paths]
    found = []
    for path, name in zip(paths, short, strict=True):
        start, *between, end = path
        source = inputs[start] if start in inputs else neurons[start].population
        whole = Map(np.ones(source.neurons))
        for step in [*(maps[step] for step in between), Map(neurons[end].gain)]:
            whole = whole.then(step)
        found.append(
            FloatProjection(
                name=name if name and short.count(name) == 1 else " -> ".join(path),
                source=start,
                target=end,
                synapses=whole.synapses(),
                delay=1 if cycle_of[start] == cycle_of[end] else 0,
                bias=whole.bias,
            )
        )
    return tuple(found)
