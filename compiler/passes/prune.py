"""prune: what cannot change a spike that anybody reads is taken out of an IntGraph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from compiler.ir.graph import IntGraph
from targets.contracts.errors import InputError
from targets.contracts.synapses import Sparse
from targets.program.program import IntProjection

if TYPE_CHECKING:
    import networkx as nx


@dataclass(frozen=True, eq=False)
class Pruned:
    """The smaller graph, and what is gone: stored weights that are zero, projections, populations."""

    graph: IntGraph
    weights: int
    projections: tuple[str, ...]
    populations: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """What was removed, by name."""
        parts = [f"{self.weights:,} stored zeros"]
        parts += [f"projection {name!r}" for name in self.projections]
        parts += [f"population {name!r}" for name in self.populations]
        return f"removed {', '.join(parts)}."


def prune(graph: IntGraph, outputs: Sequence[str] | None = None) -> Pruned:
    """Remove, in this order:

    1. projections whose weights are all zero: they add 0 to the input of their target in every step;
    2. populations from which no path of the other projections leads to one of `outputs` or to the readout, with the
       projections at them: no spike of theirs reaches what is read. With `outputs` None every population is read;
    3. zeros stored in sparse projections. (Dense, block and banded arrays keep theirs; on a chip a zero weight is no
       synapse and costs nothing.)

    Inputs stay, even those without projections, so that the same spikes can be given. Spikes of what remains are equal
    bit for bit. Raises InputError for an output that is no population.
    """
    names = {population.name for population in graph.populations}
    if unknown := [name for name in outputs or () if name not in names]:
        raise InputError(f"output {unknown[0]!r} is no population of the graph, which has {sorted(names)}; correct it.")
    alive = [projection for projection in graph.projections if projection.synapses.weights.any()]
    read = names if outputs is None else _ancestors(alive, [*outputs, *_readout(graph)])
    if not read:
        raise InputError("no population is read: there is no readout and `outputs` is empty, so name one to keep.")
    projections = tuple(_without_zeros(projection) for projection in alive if projection.target in read)
    kept = {projection.name for projection in projections}
    stored = {projection.name: projection.synapses.weights.size for projection in graph.projections}
    return Pruned(
        graph=replace(
            graph,
            populations=tuple(population for population in graph.populations if population.name in read),
            projections=projections,
        ),
        weights=sum(stored[projection.name] - projection.synapses.weights.size for projection in projections),
        projections=tuple(projection.name for projection in graph.projections if projection.name not in kept),
        populations=tuple(population.name for population in graph.populations if population.name not in read),
    )


def _readout(graph: IntGraph) -> tuple[str, ...]:
    return () if graph.readout is None else (graph.readout.population,)


def _ancestors(projections: Sequence[IntProjection], outputs: Sequence[str]) -> set[str]:
    """`outputs` and everything from which a path leads to one of them."""
    import networkx as nx

    links: nx.DiGraph[str] = nx.DiGraph((projection.source, projection.target) for projection in projections)
    links.add_nodes_from(outputs)
    return set(outputs).union(*(nx.ancestors(links, name) for name in outputs))


def _without_zeros(projection: IntProjection) -> IntProjection:
    synapses = projection.synapses
    if not isinstance(synapses, Sparse) or synapses.weights.all():
        return projection
    alive = synapses.weights != 0
    ends = np.concatenate([[0], np.cumsum(alive)])[synapses.indptr]
    return replace(projection, synapses=Sparse(synapses.weights[alive], synapses.indices[alive], ends, synapses.pre))
