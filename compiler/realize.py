"""realize: neurons that reset otherwise than those of a chip become ones that do, exactly or as near as they come."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from compiler.analysis.interpret import interpret
from compiler.ir.graph import FloatGraph, FloatPopulation, FloatProjection
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster
from targets.contracts.semantics import LAVA, Semantics
from targets.contracts.synapses import BlockDiagonal, with_weights


@dataclass(frozen=True)
class Substitute:
    """What stands on a chip for a population that no core does, and what of it is lost, as parts of a sentence."""

    population: str
    wanted: str
    instead: str
    lost: str

    @property
    def sentence(self) -> str:
        """All of it."""
        return f"Population {self.population!r} {self.wanted}; instead it {self.instead}, which loses {self.lost}."


def realize(graph: FloatGraph, substitute: bool = False) -> tuple[FloatGraph, tuple[Substitute, ...]]:
    """The graph under Lava's semantics, and where it is another one than before.

    Equal but for the last bit of float64 are: a threshold that is reached already (one that is lower by that bit), own
    spikes that enter u at the end of the step before (own weights times what u keeps), and late records (the record
    alone). All other semantics have, where `substitute` says so, a substitute; else InputError names every population
    that needs one, what it would be and what it would lose. What never resets has none.
    """
    if all(population.semantics == LAVA for population in graph.populations):
        return graph, ()
    needed = [each for population in graph.populations for each in _needed(population)]
    if without := [each for each in needed if not each.instead]:
        raise InputError(
            f"population {without[0].population!r} {without[0].wanted}; a core's neuron does after every spike, and "
            "nothing stands for one that does not, so read it otherwise or make it answer in voltage (LI)."
        )
    if needed and not substitute:
        raise InputError(
            "\n".join(
                f"population {each.population!r} {each.wanted}, as no core's neuron does; what comes nearest is that "
                f"it {each.instead}, which loses {each.lost}: compile it so by --substitute, or train it so."
                for each in needed
            )
        )
    meant = {population.name: population.semantics for population in graph.populations}
    projections = [_decayed(each, graph) if _is_own(each, meant) else each for each in graph.projections]
    for population in graph.populations:
        if _inhibited(population):
            projections.append(_self_inhibition(population, {each.name for each in projections}))
    realized = replace(
        graph,
        populations=tuple(_plain(population) for population in graph.populations),
        projections=tuple(projections),
    )
    return realized, tuple(needed)


def _needed(population: FloatPopulation) -> Iterator[Substitute]:
    """The substitutes of one population."""
    way, name = population.semantics, population.name
    if way.reset_time == "never":
        yield Substitute(name, "never resets", "", "")
    elif way.reset == "subtract" and way.reset_time == "next step" and _inhibited(population):
        yield Substitute(
            name,
            "loses one threshold in the step after a spike",
            "resets to zero in the step of the spike and inhibits itself one step later by what a threshold leaks in a "
            "step",
            "what v was above the threshold at the spike",
        )
    elif way.reset == "subtract":
        when = "in the step after a spike" if way.reset_time == "next step" else "at a spike"
        more = ", and what a threshold leaks in a step" if way.reset_time == "next step" else ""
        yield Substitute(
            name,
            f"loses one threshold {when}",
            "resets to zero in the step of the spike",
            f"what v was above the threshold at the spike{more}",
        )
    elif way.reset_time == "next step":
        yield Substitute(
            name,
            "resets to zero in the step after a spike",
            "resets to zero in the step of the spike",
            "that it hears nothing in the step after a spike",
        )
    if way.first_bias == "missing":
        yield Substitute(name, "has no bias in the first step", "has it from the first step on", "that step without it")


def _inhibited(population: FloatPopulation) -> bool:
    """Whether a synapse onto itself does for one step what a late reset by subtraction does: u forgets at once."""
    way = population.semantics
    late = way.reset == "subtract" and way.reset_time == "next step"
    return late and bool((population.tau_s == 1).all()) and population.unit is None


def _self_inhibition(population: FloatPopulation, taken: set[str]) -> FloatProjection:
    """v[t + 1] = keep (vth + more) - vth + input, but for `more`: a spike takes (1 - keep) vth off the next step."""
    name = f"{population.name} resets"
    while name in taken:
        name += "'"
    weights = -population.threshold / population.tau_m
    return FloatProjection(name, population.name, population.name, BlockDiagonal(weights[:, None, None]), 1)


def _is_own(projection: FloatProjection, meant: dict[str, Semantics]) -> bool:
    return projection.source == projection.target and meant[projection.target].recurrence == "same step"


def _decayed(projection: FloatProjection, graph: FloatGraph) -> FloatProjection:
    """What enters u at the end of a step has decayed once when the next one looks at it."""
    keep = 1 - 1 / graph.population(projection.target).tau_s
    synapses = projection.synapses
    weights = synapses.weights * keep[synapses.row_of()]
    bias = None if projection.bias is None else projection.bias * keep
    return replace(projection, synapses=with_weights(synapses, weights), bias=bias)


def _plain(population: FloatPopulation) -> FloatPopulation:
    threshold = population.threshold
    if population.semantics.threshold == ">=":
        threshold = np.nextafter(threshold, 0)
    return replace(population, threshold=threshold, semantics=LAVA)


def told_substitutes(
    substitutes: Sequence[Substitute],
    graph: FloatGraph,
    realized: FloatGraph,
    data: Mapping[str, SpikeRaster] | None,
) -> tuple[str, ...]:
    """A sentence for each substitute, and of each population in how many bins it makes a difference on `data`."""
    if not substitutes:
        return ()
    sentences = [each.sentence for each in substitutes]
    if data is None:
        return (*sentences, "How many spikes substitutes move is counted on data, by --calibrate.")
    before = interpret(recorded_at_once(graph), data)
    after = interpret(realized, data)
    for name, raster in before.items():
        mine, theirs = raster.counted(), after[name].counted()
        differing = int(np.bitwise_count(mine.packed ^ theirs.packed).sum())
        bins = raster.counted_steps * raster.neurons
        sentences.append(
            f"With substitutes population {name!r} differs in {differing:,} of {bins:,} bins of the calibration data "
            f"({int(mine.counts().sum()):,} spikes)."
        )
    return tuple(sentences)


def recorded_at_once(graph: FloatGraph) -> FloatGraph:
    """The graph with every spike recorded in its own step, as a program records it."""
    return replace(
        graph,
        populations=tuple(
            replace(each, semantics=replace(each.semantics, output="same step")) for each in graph.populations
        ),
    )
