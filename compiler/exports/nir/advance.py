"""advance: what `retime` does, undone: populations act as early as what they hear lets them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np

from compiler.ir.graph import FloatGraph, FloatPopulation, FloatProjection
from targets.contracts.synapses import dense


@dataclass(frozen=True, eq=False)
class Advanced:
    """A graph, and by how many steps each population of the graph it was made of is later."""

    graph: FloatGraph
    shifts: Mapping[str, int]

    def __post_init__(self) -> None:
        object.__setattr__(self, "shifts", MappingProxyType(dict(self.shifts)))


def advance(graph: FloatGraph) -> Advanced:
    """Shift every population to its first step with input, so that few delays are left; no spike changes.

    Population p does at t what it did at t + shifts[p], the steps of the shortest way of spikes from an input to it;
    one with a bias, or that no input reaches, stays where it is. A delay d becomes d - shifts[target] +
    shifts[source], at least 0. Where that of "always on" becomes 0, its synapses become a bias that rides with another
    projection into the same population, and so does a bias of the membrane where tau_s is 1, which is the same.
    """
    shifts = _shifts(graph)
    moved = tuple(
        replace(each, delay=each.delay - shifts[each.target] + shifts[each.source]) for each in graph.projections
    )
    always = {each.name for each in graph.populations if each.invented == "every step"}
    riding: dict[str, FloatProjection] = {}
    for each in moved:
        if each.source not in always and (each.target not in riding or riding[each.target].source == each.target):
            riding[each.target] = each
    biases = {name: np.zeros(each.synapses.shape[0]) for name, each in riding.items()}
    kept = []
    for each in moved:
        if each.source in always and each.delay == 0 and each.target in riding:
            biases[each.target] = biases[each.target] + dense(each.synapses)[:, 0]
        else:
            kept.append(each)
    populations = []
    for population in graph.populations:
        if population.name in always and not any(each.source == population.name for each in kept):
            continue
        if population.name in riding and _at_once(population):
            biases[population.name] = biases[population.name] + population.bias
            population = replace(population, bias=np.zeros(population.neurons))
        populations.append(population)
    names = {each.name for each in populations}
    projections = tuple(
        _biased(each, biases[each.target]) if riding.get(each.target) is each else each
        for each in kept
        if each.target in names
    )
    return Advanced(replace(graph, populations=tuple(populations), projections=projections), shifts)


def _biased(projection: FloatProjection, bias: np.ndarray) -> FloatProjection:
    if not bias.any():
        return projection
    return replace(projection, bias=bias if projection.bias is None else projection.bias + bias)


def _at_once(population: FloatPopulation) -> bool:
    """Whether a bias of the membrane is the same as one of the current, which u forgets at once."""
    return bool(population.bias.any() and (population.tau_s[population.bias != 0] == 1).all())


def _shifts(graph: FloatGraph) -> dict[str, int]:
    """Steps of the shortest way to every input and population from what may act in the first step."""
    import networkx as nx

    links: nx.DiGraph[str] = nx.DiGraph()
    names = [*(each.name for each in graph.inputs), *(each.name for each in graph.populations)]
    links.add_nodes_from(names)
    for edge in graph.projections:
        ends = (edge.source, edge.target)
        links.add_edge(*ends, steps=min(edge.delay, links.get_edge_data(*ends, {"steps": edge.delay})["steps"]))
    early = {each.name for each in graph.inputs}
    early |= {each.name for each in graph.populations if each.bias.any()}
    early |= {each.target for each in graph.projections if each.bias is not None}
    early |= set(names) - set(_distances(links, early))
    found = _distances(links, early)
    return {name: int(found[name]) for name in names}


def _distances(links: Any, starts: set[str]) -> dict[str, float]:
    """Steps of the shortest way from one of the starts to whatever is reached."""
    import networkx as nx

    return dict(nx.multi_source_dijkstra_path_length(links, starts, weight="steps"))
