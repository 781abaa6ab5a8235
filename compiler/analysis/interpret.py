"""interpret: run a FloatGraph in numpy, in float64."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from compiler.ir.graph import FloatGraph, FloatPopulation, FloatProjection
from targets.contracts.arrays import Array, Floats
from targets.contracts.dynamics import fires, integrate, reset
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster
from targets.contracts.semantics import LAVA, Semantics

if TYPE_CHECKING:
    import networkx as nx


Observer = Callable[[str, int, Floats, Floats], None]
"""Called with (population, time step, u, v before the reset), both float64 [sample, neuron]."""


def interpret(
    graph: FloatGraph,
    inputs: Mapping[str, SpikeRaster],
    semantics: Semantics = LAVA,
    observe: Observer | None = None,
) -> dict[str, SpikeRaster]:
    """Spikes of every population; each sample starts from zero state and empty delay buffers.

    ```
    u[t] = (1 - 1/tau_s) u[t-1] + sum over projections of (W s[t - delay] + their bias)
    v[t] = (1 - 1/tau_m) v[t-1] + u[t] + bias
    s[t] = v[t] > threshold;   v[t] = 0 where s[t];   u is kept
    ```
    For the refractory steps after that of a spike v stays 0 and nothing is asked.
    `inputs` maps the name of each input to its spikes; those after a sample's length are not heard. All of
    `targets.contracts.semantics.FLOAT_SWITCHES` apply. `observe` is called after every step of every population.
    Populations joined by delay 0 are evaluated in the order of flow; a cycle of them raises InputError.
    """
    first = next(iter(inputs.values()))
    samples, steps = first.samples, first.steps
    spikes = {name: raster.counted().dense().astype(np.float64) for name, raster in inputs.items()}
    u, v = {}, {}
    for population in graph.populations:
        spikes[population.name] = np.zeros((samples, steps, population.neurons))
        u[population.name] = np.zeros((samples, population.neurons))
        v[population.name] = np.zeros((samples, population.neurons))
    order = _in_order_of_flow(graph)
    resting = {each.name: np.zeros((samples, each.neurons), np.int32) for each in order if each.refractory is not None}
    keep = {each.name: (1 - 1 / each.tau_s, 1 - 1 / each.tau_m) for each in order}
    incoming, own = _by_target(graph, semantics)
    for t in range(steps):
        for population in order:
            name, threshold = population.name, population.threshold
            drive = _arriving(incoming[name], spikes, t, semantics)
            bias = 0 if semantics.first_bias == "missing" and t == 0 else population.bias
            u[name], _, v[name] = integrate(u[name], v[name], drive, bias, *keep[name])
            if semantics.reset_time == "next step" and t:
                v[name] = reset(v[name], spikes[name][:, t - 1], threshold, semantics)
            if observe is not None:
                observe(name, t, u[name], v[name])
            s = fires(v[name], threshold, semantics)
            if semantics.reset_time == "same step":
                v[name] = reset(v[name], s, threshold, semantics)
            if population.refractory is not None:
                asleep = resting[name] > 0
                s, v[name] = s & ~asleep, np.where(asleep, 0, v[name])
                resting[name] = np.where(s, population.refractory, np.maximum(resting[name] - 1, 0))
            spikes[name][:, t] = s
            u[name] = u[name] + _arriving(own[name], spikes, t + 1, semantics)
    late = 1 if semantics.output == "next step" else 0
    return {
        population.name: SpikeRaster.pack(_delayed(spikes[population.name], late), first.lengths, first.labels)
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
    graph: FloatGraph, semantics: Semantics
) -> tuple[dict[str, list[FloatProjection]], dict[str, list[FloatProjection]]]:
    """Projections into each population that arrive within a step, and its own that arrive at the end of one."""
    incoming: dict[str, list[FloatProjection]] = {population.name: [] for population in graph.populations}
    own: dict[str, list[FloatProjection]] = {population.name: [] for population in graph.populations}
    for projection in graph.projections:
        early = semantics.recurrence == "same step" and projection.source == projection.target
        (own if early else incoming)[projection.target].append(projection)
    return incoming, own


def _arriving(
    projections: Sequence[FloatProjection], spikes: Mapping[str, Floats], t: int, semantics: Semantics
) -> Floats:
    """What arrives at step t through `projections` of one population: [batch, post], or a scalar 0 for none."""
    a = np.zeros(())
    for projection in projections:
        begun = t >= projection.delay
        if begun:
            a = a + projection.synapses.accumulate(spikes[projection.source][:, t - projection.delay])
        if projection.bias is not None and (begun or semantics.first_bias == "present"):
            a = a + projection.bias
    return a


def _delayed(spikes: Array, steps: int) -> Array:
    """Spikes [sample, time, neuron] `steps` later, silence before."""
    return np.concatenate([np.zeros_like(spikes[:, :steps]), spikes[:, : spikes.shape[1] - steps]], axis=1)
