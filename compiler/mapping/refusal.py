"""refuse: networks that no mapping fits are told before any is searched, at the cost of one look at the synapses."""

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from compiler.ir.graph import FloatGraph, FloatPopulation, IntGraph
from targets.contracts.arrays import Array
from targets.contracts.chip import ChipSpec, input_slots
from targets.contracts.degrees import fan_in
from targets.contracts.errors import InputError
from targets.contracts.synapses import Synapses
from targets.contracts.thresholds import highest_threshold, largest_ratio
from targets.contracts.wiring import Edge
from targets.program.check import Violation

_COARSEST = 16
"""Rounding has no coarser steps than this many times those that hold the largest weight, or suit the top threshold."""


def refuse(graph: IntGraph | FloatGraph, chip: ChipSpec) -> None:
    """Raise InputError, with one sentence for each limit, where no mapping onto `chip` can keep it.

    That is so where a neuron breaks one on a core of its own, or all neurons or synapses are more than the largest
    system holds. Of a FloatGraph after `fold` only weights count that `quantize` surely leaves (`sure`). Whoever
    passes may still fit nowhere, which `targets.program.check` finds of a mapping.
    """
    if violations := tuple(_violations(graph, chip)):
        raise InputError("\n".join(violation.sentence for violation in violations))


def holdable(population: FloatPopulation, incoming: Mapping[str, Synapses], chip: ChipSpec) -> None:
    """Raise InputError where a weight at the largest exponent would need a threshold below 1."""
    widest = chip.weight_max.value << chip.exponent_max.value
    if largest_ratio(population.threshold, incoming) > widest:
        largest = max(float(np.abs(synapses.weights).max(initial=0)) for synapses in incoming.values())
        raise InputError(
            f"population {population.name!r} has weights up to {largest:g} for thresholds down to "
            f"{population.threshold.min():g}; {chip.name} holds a ratio up to {widest:,}, "
            "so lower the weights or raise the threshold."
        )


def sure(population: FloatPopulation, incoming: Sequence[Edge], chip: ChipSpec) -> float:
    """The weight, in thresholds, beyond which `quantize` without calibration makes none into `population` zero."""
    synapses = {projection.name: projection.synapses for projection in incoming}
    largest, step = largest_ratio(population.threshold, synapses), chip.weight_step.value
    return _COARSEST * step * max(largest / chip.weight_max.value, 1 / highest_threshold(chip))


def _violations(graph: IntGraph | FloatGraph, chip: ChipSpec) -> Iterator[Violation]:
    total = 0
    yield from _delays(graph, chip)
    for population in graph.populations:
        incoming = graph.into(population.name)
        least = sure(population, incoming, chip) if isinstance(population, FloatPopulation) else 0
        sources, synapses, delayed = _fan_in(incoming, population.neurons, least)
        total += int(synapses.sum())
        wide = sources > chip.axons_in_per_core.value
        large = chip.synapse_bytes(synapses, sources, delayed) > chip.synapse_bytes_per_core.value
        if wide.any() or large.any():
            yield from _neurons(population.name, wide, large, _fan_in(incoming, population.neurons, 0), chip)
    yield from _system(sum(population.neurons for population in graph.populations), total, chip)


def _delays(graph: IntGraph | FloatGraph, chip: ChipSpec) -> Iterator[Violation]:
    """Projections over which spikes take more steps than a synapse can store, or than a neuron alone has slots for."""
    most, slots = chip.delay_max.value, chip.input_slots_per_core.value
    for projection in graph.projections:
        delay, place = projection.delay, f"projection {projection.name!r}"
        if delay > most:
            limit, remedy = f"{chip.name} allows 1 to {most}", f"shorten it by {delay - most}"
            yield Violation("delay", place, f"a delay of {delay:,} steps", limit, remedy)
        elif input_slots(delay) > slots:
            got = f"a delay of {delay:,} steps, for which a neuron takes {input_slots(delay):,} input slots"
            remedy = f"shorten it to {1 << (slots.bit_length() - 1)}" if slots else "choose another chip"
            yield Violation("input slots", place, got, f"a core of {chip.name} has {slots:,}", remedy)


def _neurons(
    name: str, wide: Array, large: Array, fan_in: tuple[Array, Array, Array], chip: ChipSpec
) -> Iterator[Violation]:
    """Neurons of a population that break a limit each by itself: those with too many sources, and too many synapses."""
    place, (sources, synapses, delayed) = f"population {name!r}", fan_in
    if wide.any():
        most, limit = int(sources[wide].max()), chip.axons_in_per_core.value
        yield Violation(
            "axons in",
            place,
            f"{_count(wide)} with up to {most:,} sources",
            f"a core of {chip.name} takes {limit:,}",
            f"let each listen to {most - limit:,} fewer",
        )
    if large.any():
        size, room = int(chip.synapse_bytes(synapses, sources, delayed)[large].max()), chip.synapse_bytes_per_core.value
        yield Violation(
            "synapse bytes",
            place,
            f"{_count(large)} with up to {size:,} bytes of synapses",
            f"a core of {chip.name} holds {room:,}",
            f"remove up to {-(-8 * (size - room) // chip.synapse_bits.value):,} synapses of each",
        )


def _system(neurons: int, synapses: int, chip: ChipSpec) -> Iterator[Violation]:
    """All neurons and all synapses against the largest system."""
    held = f"the largest system of {chip.name} has {chip.chips.value:,} chips of {chip.cores.value:,} cores, each for"
    per_core, cores = chip.neurons_per_core.value, chip.system_cores
    if neurons > per_core * cores:
        yield Violation(
            "cores",
            "the network",
            f"{neurons:,} neurons",
            f"{held} {per_core:,}",
            f"remove {neurons - per_core * cores:,} neurons, or use a system of "
            f"{math.ceil(neurons / per_core / chip.cores.value):,} chips",
        )
    room = 8 * chip.synapse_bytes_per_core.value // chip.synapse_bits.value
    if synapses > room * cores:
        yield Violation(
            "cores",
            "the network",
            f"{synapses:,} synapses",
            f"{held} {room:,}",
            f"remove {synapses - room * cores:,} synapses, or use a system of "
            f"{math.ceil(synapses / room / chip.cores.value):,} chips",
        )


def _fan_in(incoming: Sequence[Edge], neurons: int, least: float) -> tuple[Array, Array, Array]:
    """Sources of each neuron with weights beyond +-`least`, its synapses, those of more than a step: int64 [neuron].

    Of sources of parallel projections only those of the one with the most are counted.
    """
    none = np.zeros(neurons, np.int64)
    sources: dict[str, Array] = {}
    synapses, delayed = none.copy(), none.copy()
    for projection in incoming:
        found = _degree(projection.synapses, least)
        synapses += found
        delayed += found * (projection.delay > 1)
        sources[projection.source] = np.maximum(sources.get(projection.source, none), found)
    return sum(sources.values(), none), synapses, delayed


def _degree(synapses: Synapses, least: float) -> Array:
    """Weights beyond +-`least` of each post neuron."""
    weights = synapses.weights
    there = weights != 0 if least == 0 else (weights > least) | (weights < -least)
    return fan_in(synapses, there)


def _count(found: Array) -> str:
    count = int(np.count_nonzero(found))
    return f"{count:,} {'neuron' if count == 1 else 'neurons'}"
