"""explain_graph: under which reading of a NIR graph does each population do what somebody recorded?"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from compiler.analysis.interpret import interpret
from compiler.frontends.nir.projections import gained
from compiler.frontends.nir.readings import PRESETS, VALUES, Reading, all_readings
from compiler.frontends.nir.unread import UnreadGraph
from compiler.ir.graph import FloatGraph
from targets.conformance.explain import Sieve
from targets.contracts.errors import InputError
from targets.contracts.ports import Input
from targets.contracts.raster import SpikeRaster
from targets.contracts.shown import shown

NEAREST = 3
"""Readings told where none fits."""
_STEPS = 4_000
"""Steps, over all samples, on which readings are counted where none fits; one sample at least."""


@dataclass(frozen=True)
class Near:
    """A reading that does not fit, and in how many bins."""

    reading: Reading
    differing: int


@dataclass(frozen=True)
class PopulationExplanation:
    """What was found of one recorded population.

    readings  every smallest change of reading that reproduces it in every bin; none where nothing does
    presets   names of producers that mean one of these
    nearest   where nothing does, those with the fewest differing bins, of `bins`; of those that spike alike the one
              with the fewest changes
    alike     populations before it that were not recorded, and were read as it was
    tried     readings that differ on this population
    """

    population: str
    readings: tuple[Reading, ...]
    presets: tuple[str, ...]
    nearest: tuple[Near, ...]
    alike: tuple[str, ...]
    bins: int
    spikes: int
    tried: int

    @property
    def sentence(self) -> str:
        """The explanation in one sentence."""
        who = f"Population {shown(self.population)!r}"
        also = f", and so do {', '.join(map(shown, self.alike))} before it" if self.alike else ""
        if not self.readings:
            told = "; ".join(f"{each.differing:,} where it {each.reading.words}" for each in self.nearest)
            return (
                f"{who} follows none of {self.tried:,} readings; of {self.bins:,} bins ({self.spikes:,} spikes) the "
                f"nearest differ in {told}."
            )
        named = f", as {' and '.join(self.presets)} mean it" if self.presets else ""
        words = "; or it ".join(each.words for each in self.readings)
        return f"{who} is explained in every one of {self.bins:,} bins: it {words}{named}{also}."

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "population": self.population,
            "readings": [each.changes for each in self.readings],
            "presets": list(self.presets),
            "nearest": [{"reading": each.reading.changes, "differing": each.differing} for each in self.nearest],
            "alike": list(self.alike),
            "bins": self.bins,
            "spikes": self.spikes,
            "tried": self.tried,
            "sentence": self.sentence,
        }


def explain_graph(
    graph: UnreadGraph, inputs: Mapping[str, SpikeRaster], observed: Mapping[str, SpikeRaster]
) -> tuple[PopulationExplanation, ...]:
    """Explain each recorded population by itself, given the recorded spikes of those before it.

    So one that follows no reading spoils no other, and layers may be read differently. What comes before a population
    and was not recorded is read as it is. A population that was explained is heard as it spikes under its reading,
    which is a step earlier where it is recorded late. Readings are tried by the number of switches that differ from
    docs/nir.md, all of one number together. Raises InputError where nothing was observed, or something that is not
    there or of another size.
    """
    if not observed:
        raise InputError("no population was observed; an explanation needs the spikes of at least one, so record it.")
    if unknown := sorted(set(observed) - set(graph.neurons)):
        raise InputError(
            f"population {unknown[0]!r} was observed, but the graph has {sorted(graph.neurons)}; rename or leave "
            "it out."
        )
    heard = dict(observed)
    found = []
    for name in _in_order(graph):
        if name in observed:
            explanation, spikes = _of(name, graph, inputs, heard, observed[name])
            found.append(explanation)
            heard[name] = spikes
    return tuple(found)


def readings_of(explanations: Sequence[PopulationExplanation]) -> dict[str, Reading]:
    """The first reading of every population that was explained, as `UnreadGraph.read` takes them."""
    return {name: each.readings[0] for each in explanations if each.readings for name in (each.population, *each.alike)}


def _of(
    name: str,
    graph: UnreadGraph,
    inputs: Mapping[str, SpikeRaster],
    heard: Mapping[str, SpikeRaster],
    recorded: SpikeRaster,
) -> tuple[PopulationExplanation, SpikeRaster]:
    """The explanation of one population, and its spikes as others hear them."""
    group = _unrecorded_before(name, graph, heard)
    sources = {each.source for each in graph.projections if each.target in group} - set(group)
    given = {**inputs, **{source: heard[source] for source in sorted(sources & set(heard))}}
    candidates = _candidates(group, graph)

    def simulate(spikes: Mapping[str, SpikeRaster], reading: Reading) -> dict[str, SpikeRaster]:
        return {name: interpret(_alone(group, graph, reading, spikes), spikes)[name]}

    sieve = Sieve(simulate, given, {name: recorded})
    fitting: list[Reading] = []
    for reading in candidates:
        if fitting and len(reading.changes) > len(fitting[0].changes):
            break
        if sieve.passes(reading):
            fitting.append(reading)
    counted = recorded.counted()
    alike = tuple(each for each in group if each != name)
    presets = _presets(group, graph, fitting)
    bins, spikes = recorded.counted_steps * recorded.neurons, int(counted.counts().sum())
    nearest: tuple[Near, ...] = ()
    as_heard = recorded
    if fitting:
        plain = replace(fitting[0], semantics=replace(fitting[0].semantics, output="same step"))
        as_heard = simulate(given, plain)[name]
    else:
        some = slice(max(1, _STEPS // max(1, recorded.steps)))
        given = {key: raster.take(some) for key, raster in given.items()}
        recorded = recorded.take(some)
        bins, spikes = recorded.counted_steps * recorded.neurons, int(recorded.counted().counts().sum())
        spiking = {simulate(given, reading)[name].packed.tobytes(): reading for reading in reversed(candidates)}
        near = (Near(each, _differing(simulate(given, each)[name], recorded)) for each in reversed(spiking.values()))
        nearest = tuple(sorted(near, key=lambda each: (each.differing, len(each.reading.changes)))[:NEAREST])
    told = PopulationExplanation(name, tuple(fitting), presets, nearest, alike, bins, spikes, len(candidates))
    return told, as_heard


def _in_order(graph: UnreadGraph) -> Iterator[str]:
    """Populations in the order of flow; those of a loop together, by name."""
    import networkx as nx

    links: nx.DiGraph[str] = nx.DiGraph()
    links.add_nodes_from(graph.neurons)
    links.add_edges_from((each.source, each.target) for each in graph.projections if each.source in graph.neurons)
    loops = nx.condensation(links)
    for loop in nx.topological_sort(loops):
        yield from sorted(loops.nodes[loop]["members"])


def _unrecorded_before(name: str, graph: UnreadGraph, heard: Mapping[str, SpikeRaster]) -> tuple[str, ...]:
    """`name`, and every population whose spikes reach it through none that was recorded."""
    found, waiting = [name], [name]
    while waiting:
        target = waiting.pop()
        for each in graph.projections:
            if each.target == target and each.source in graph.neurons and each.source not in (*heard, *found):
                found.append(each.source)
                waiting.append(each.source)
    return tuple(found)


def _alone(group: Sequence[str], graph: UnreadGraph, reading: Reading, spikes: Mapping[str, SpikeRaster]) -> FloatGraph:
    """The populations `group` under one reading, with everything they hear as inputs."""
    read = {name: graph.neurons[name].read(reading) for name in group}
    return FloatGraph(
        inputs=tuple(Input(name, raster.neurons) for name, raster in spikes.items() if name not in group),
        populations=tuple(population for population, _ in read.values()),
        projections=tuple(gained(each, read[each.target][1]) for each in graph.projections if each.target in group),
        readout=None,
        steps=graph.steps,
        origin=graph.origin,
    )


def _candidates(group: Sequence[str], graph: UnreadGraph) -> tuple[Reading, ...]:
    """Readings under which the populations `group` may differ, each once, those with the fewest changes first."""
    incoming = [each for each in graph.projections if each.target in group]
    keys = [*VALUES]
    if not any(each.source == each.target for each in incoming):
        keys.remove("recurrence")
    biased = any(each.bias is not None and each.bias.any() for each in incoming)
    if not biased and not any(graph.neurons[name].leak.any() for name in group):
        keys.remove("first_bias")
    found: dict[Any, Reading] = {}
    for reading in all_readings(tuple(keys)):
        key = _meaning(group, graph, reading)
        if key is not None:
            found.setdefault(key, reading)
    return tuple(found.values())


def _meaning(group: Sequence[str], graph: UnreadGraph, reading: Reading) -> Any:
    """What a reading makes of the populations `group`, as a key; None where it cannot be."""
    try:
        read = [graph.neurons[name].read(reading) for name in group]
    except InputError:
        return None
    arrays = tuple(array.tobytes() for population, gain in read for array in (population.tau_s, population.tau_m, gain))
    return reading.semantics, arrays


def _presets(group: Sequence[str], graph: UnreadGraph, fitting: Sequence[Reading]) -> tuple[str, ...]:
    """Names of the presets that mean the same as one of the readings `fitting`."""
    wanted = {_meaning(group, graph, reading) for reading in fitting}
    meant = {name: preset.of(graph.neurons[group[0]].kind) for name, preset in PRESETS.items()}
    found = [name for name, reading in meant.items() if _meaning(group, graph, reading) in wanted]
    return tuple(found)


def _differing(simulated: SpikeRaster, recorded: SpikeRaster) -> int:
    """Bins of steps that count in which both differ."""
    mine, theirs = (
        replace(each, lengths=recorded.lengths, labels=None).counted().packed for each in (simulated, recorded)
    )
    return int(np.bitwise_count(mine ^ theirs).sum())
