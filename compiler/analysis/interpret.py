"""interpret: run a FloatGraph in numpy, in float64."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from compiler.ir.graph import FloatGraph, FloatPopulation, FloatProjection
from targets.contracts.arrays import Array, Floats
from targets.contracts.dynamics import integrate, spike
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster
from targets.contracts.semantics import Semantics
from targets.contracts.summing import summing
from targets.runtime.neuron import rest

if TYPE_CHECKING:
    import networkx as nx


Observer = Callable[[str, int, Floats, Floats], None]
"""Called with (population, time step, u, v), both float64 [sample, neuron]; v is that before the reset."""
Accumulate = Callable[[Floats], Floats]
_Ready = tuple[FloatProjection, Accumulate]
"""A projection, and what sums spikes over its synapses."""


def interpret(
    graph: FloatGraph,
    inputs: Mapping[str, SpikeRaster],
    semantics: Semantics | None = None,
    observe: Observer | None = None,
    settled: Observer | None = None,
) -> dict[str, SpikeRaster]:
    """Spikes of every population; each sample starts from zero state and empty delay buffers.

    ```
    u[t] = (1 - 1/tau_s) u[t-1] + sum over projections of (W s[t - delay] + their bias)
    v[t] = (1 - 1/tau_m) v[t-1] + u[t] + bias
    s[t] = v[t] > threshold;   v[t] = 0 where s[t];   u is kept
    ```
    For the refractory steps after that of a spike v stays 0 and nothing is asked.
    `inputs` maps the name of each input to its spikes; those after a sample's length are not heard. Each population
    has its own semantics, or all have the one given: all of `targets.contracts.semantics.FLOAT_SWITCHES` apply, and
    the guard. `observe` is called after every step of every population, `settled` likewise with v after the reset.
    Populations joined by delay 0 are evaluated in the order of flow; a cycle of them raises InputError.
    """
    first = next(iter(inputs.values()))
    samples, steps = first.samples, first.steps
    spikes = {name: raster.counted().dense().astype(np.float64) for name, raster in inputs.items()}
    silence = {each.name: np.zeros((samples, each.neurons)) for each in graph.populations}
    u, v = dict(silence), dict(silence)
    for population in graph.populations:
        spikes[population.name] = np.zeros((samples, steps, population.neurons))
    order = _in_order_of_flow(graph)
    resting = {each.name: np.zeros((samples, each.neurons), np.int32) for each in order if each.refractory is not None}
    keep = {each.name: (1 - 1 / each.tau_s, 1 - 1 / each.tau_m) for each in order}
    meant = {each.name: semantics or each.semantics for each in order}
    incoming, own = _by_target(graph, meant)
    for t in range(steps):
        for population in order:
            name, own_way, before = population.name, meant[population.name], v[population.name]
            drive = _arriving(incoming[name], spikes, t, own_way)
            bias = 0 if own_way.first_bias == "missing" and t == 0 else population.bias
            u[name], _, v[name] = integrate(u[name], before, drive, bias, *keep[name])
            fired = spikes[name][:, t - 1] if t else silence[name]
            compared, s, v[name] = spike(v[name], before, fired, population.threshold, own_way)
            if observe is not None:
                observe(name, t, u[name], compared)
            if population.refractory is not None:
                v[name], s, resting[name] = rest(v[name], s, resting[name], population.refractory)
            spikes[name][:, t] = s
            if settled is not None:
                settled(name, t, u[name], v[name])
            u[name] = u[name] + _arriving(own[name], spikes, t + 1, own_way)
    late = {name: 1 if each.output == "next step" else 0 for name, each in meant.items()}
    return {
        population.name: SpikeRaster.pack(
            _delayed(spikes[population.name], late[population.name]), first.lengths, first.labels, first.targets
        )
        for population in graph.populations
    }


def _in_order_of_flow(graph: FloatGraph) -> list[FloatPopulation]:
    """Populations so ordered that what is joined by delay 0 is evaluated source first."""
    import networkx as nx

    index = {population.name: number for number, population in enumerate(graph.populations)}
    instant: nx.DiGraph[str] = nx.DiGraph()
    instant.add_nodes_from(index)
    instant.add_edges_from(
        (edge.source, edge.target) for edge in graph.projections if edge.delay == 0 and edge.source in index
    )
    try:
        return [graph.population(name) for name in nx.lexicographical_topological_sort(instant, key=index.__getitem__)]
    except nx.NetworkXUnfeasible:
        names = [source for source, _ in nx.find_cycle(instant)]
        cycle = " -> ".join(repr(name) for name in [*names, names[0]])
        raise InputError(
            f"the projections {cycle} all have delay 0; a cycle needs at least one step of delay, so give it one."
        ) from None


def _by_target(
    graph: FloatGraph, semantics: Mapping[str, Semantics]
) -> tuple[dict[str, list[_Ready]], dict[str, list[_Ready]]]:
    """Projections into each population that arrive within a step, and its own that arrive at the end of one."""
    incoming: dict[str, list[_Ready]] = {population.name: [] for population in graph.populations}
    own: dict[str, list[_Ready]] = {population.name: [] for population in graph.populations}
    for projection in graph.projections:
        early = projection.source == projection.target and semantics[projection.target].recurrence == "same step"
        (own if early else incoming)[projection.target].append((projection, summing(projection.synapses)))
    return incoming, own


def _arriving(projections: Sequence[_Ready], spikes: Mapping[str, Floats], t: int, semantics: Semantics) -> Floats:
    """What arrives at step t through `projections` of one population: [batch, post], or a scalar 0 for none."""
    a = np.zeros(())
    for projection, accumulate in projections:
        begun = t >= projection.delay
        if begun:
            a = a + accumulate(spikes[projection.source][:, t - projection.delay])
        if projection.bias is not None and (begun or semantics.first_bias == "present"):
            a = a + projection.bias
    return a


def _delayed(spikes: Array, steps: int) -> Array:
    """Spikes [sample, time, neuron] `steps` later, silence before."""
    return np.concatenate([np.zeros_like(spikes[:, :steps]), spikes[:, : spikes.shape[1] - steps]], axis=1)
