"""retime: a FloatGraph with delays of 0 becomes one that a chip can run, by shifting whole populations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from compiler.ir.graph import FloatGraph, FloatPopulation, FloatProjection
from targets.contracts.arrays import Floats
from targets.contracts.errors import InputError
from targets.contracts.synapses import Dense
from targets.program.program import Invented

if TYPE_CHECKING:
    import networkx as nx


_ON = "always on"
_FIRST = "first step"
_ROOT = "\0"
"""A node that comes before all others in the graph of shifts."""


def retime(graph: FloatGraph) -> FloatGraph:
    """Give every projection a delay of at least 1 and put no bias on any.

    Population p is shifted by latency[p] >= 0 steps, the smallest that make every delay d + latency[target] -
    latency[source] at least 1; inputs stay where they are. What `p` did at t it does at t + latency[p], and before
    latency[p] it is silent; a sample must be as many steps longer for its last ones not to fall off its end. Each
    population carries its latency, on top of any it had.

    A bias must set in late with its population. That of a projection becomes the bias of the membrane where this is
    the same (the population is not shifted, and tau_s is 1 wherever the bias is not 0). Else it becomes synapses from
    a new population "always on", whose one neuron spikes in every step; the membrane bias b of a shifted population
    likewise, as b / tau_s from "always on" and b (1 - 1/tau_s) once from "first step", which together keep u higher
    by b. Both are marked `invented`. A population that needs "always on" is shifted by at least 1. Equal to
    `interpret` of the old graph, under Lava's semantics, up to the rounding of float64.

    Raises InputError that names a cycle with fewer steps of delay than projections: no shift changes their sum.
    """
    biases = {population.name: _current_bias(graph, population) for population in graph.populations}
    filtered = {population.name for population in graph.populations if _filtered(population, biases[population.name])}
    latency = _latency(graph, filtered)
    populations, sourced = [], []
    projections = [
        replace(
            projection,
            delay=projection.delay + latency[projection.target] - latency.get(projection.source, 0),
            bias=None,
        )
        for projection in graph.projections
    ]
    for population in graph.populations:
        current, shift = biases[population.name], latency[population.name]
        if shift == 0:
            populations.append(replace(population, bias=population.bias + current) if current.any() else population)
        else:
            late = population.latency + shift
            populations.append(replace(population, bias=np.zeros(population.neurons), latency=late))
            steady = current + population.bias / population.tau_s
            sourced.append((population, steady, population.bias * (1 - 1 / population.tau_s)))
    if any(steady.any() or first.any() for _, steady, first in sourced):
        sources, links = _sources(graph, sourced, latency)
        populations += sources
        projections += links
    return replace(graph, populations=tuple(populations), projections=tuple(projections))


def _current_bias(graph: FloatGraph, population: FloatPopulation) -> Floats:
    """Sum [neuron] of the biases that ride with the projections into a population."""
    biases = [projection.bias for projection in graph.into(population.name) if projection.bias is not None]
    return sum(biases, np.zeros(population.neurons))


def _filtered(population: FloatPopulation, current: Floats) -> bool:
    """Whether a bias of the current builds up over time, so that no bias of the membrane can replace it."""
    return bool((population.tau_s[current != 0] != 1).any())


def _latency(graph: FloatGraph, late: Iterable[str]) -> dict[str, int]:
    """Smallest shifts that make every delay at least 1; those of `late` are at least 1 too."""
    import networkx as nx

    shifts: nx.DiGraph[str] = nx.DiGraph()
    for name in _names(graph):
        shifts.add_edge(_ROOT, name, steps=-1 if name in late else 0)
    for projection in graph.projections:
        ends, steps = (projection.source, projection.target), projection.delay - 1
        shifts.add_edge(*ends, steps=min(steps, shifts.get_edge_data(*ends, {"steps": steps})["steps"]))
    try:
        distance = nx.single_source_bellman_ford_path_length(shifts, _ROOT, weight="steps")
    except nx.NetworkXUnbounded:
        cycle = nx.find_negative_cycle(shifts, _ROOT, weight="steps")
        links = len(cycle) - 1
        steps = links + sum(shifts.edges[ends]["steps"] for ends in pairwise(cycle))
        raise InputError(
            f"the cycle {' -> '.join(repr(name) for name in cycle)} has {steps} steps of delay in all; its {links} "
            f"projections need at least {links}, and no shift of populations adds any, so give them more."
        ) from None
    return {population.name: -int(distance[population.name]) for population in graph.populations}


def _sources(
    graph: FloatGraph, sourced: list[tuple[FloatPopulation, Floats, Floats]], latency: Mapping[str, int]
) -> tuple[list[FloatPopulation], list[FloatProjection]]:
    """The populations that stand for biases, and their projections: (population, steady current, first current)."""
    taken = set(_names(graph))
    edges = {projection.name for projection in graph.projections}
    on = _spiking(_fresh(_ON, taken), "every step")
    populations, projections = [on], []
    for population, steady, _ in sourced:
        if steady.any():
            name = _fresh(f"{on.name} -> {population.name}", edges)
            synapses = Dense(steady[:, None])
            projections.append(FloatProjection(name, on.name, population.name, synapses, latency[population.name]))
    if any(first.any() for _, _, first in sourced):
        once = _spiking(_fresh(_FIRST, taken), "first step")
        populations.append(once)
        # From step 1 on this takes twice what the bias gives, whatever is rounded later.
        quiet = Dense(-2 * once.bias[:, None])
        projections.append(FloatProjection(_fresh(f"{on.name} -> {once.name}", edges), on.name, once.name, quiet, 1))
        for population, _, first in sourced:
            if first.any():
                name = _fresh(f"{once.name} -> {population.name}", edges)
                synapses = Dense(first[:, None])
                projections.append(
                    FloatProjection(name, once.name, population.name, synapses, latency[population.name])
                )
    return populations, projections


def _spiking(name: str, invented: Invented) -> FloatPopulation:
    """One neuron whose bias lifts it above its threshold in every step."""
    one = np.ones(1)
    return FloatPopulation(name, 1, tau_s=one, tau_m=one, threshold=one, bias=2 * one, invented=invented)


def _names(graph: FloatGraph) -> list[str]:
    return [source.name for source in graph.inputs] + [population.name for population in graph.populations]


def _fresh(name: str, taken: set[str]) -> str:
    """The name, or the name with a number where it is taken."""
    number, free = 2, name
    while free in taken:
        number, free = number + 1, f"{name} {number}"
    return free
