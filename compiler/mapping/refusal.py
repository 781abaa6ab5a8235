"""refuse: networks that no mapping fits are told before any is searched, at the cost of one look at the synapses."""

import math
from collections.abc import Iterator

import numpy as np

from compiler.ir.graph import IntGraph
from targets.contracts.arrays import Array
from targets.contracts.chip import ChipSpec
from targets.contracts.errors import InputError
from targets.contracts.synapses import Dense, Synapses
from targets.program.check import Violation


def refuse(graph: IntGraph, chip: ChipSpec) -> None:
    """Raise InputError, with one sentence for each limit, where no mapping onto `chip` can keep it.

    That is so where a neuron breaks one on a core of its own, or all neurons or synapses are more than the largest
    system holds. Whoever passes may still fit nowhere, which `targets.program.check` finds of a mapping.
    """
    if violations := tuple(_violations(graph, chip)):
        raise InputError("\n".join(violation.sentence for violation in violations))


def _violations(graph: IntGraph, chip: ChipSpec) -> Iterator[Violation]:
    total = 0
    for population in graph.populations:
        sources, synapses = _fan_in(graph, population.name, population.neurons)
        total += int(synapses.sum())
        yield from _neurons(population.name, sources, synapses, chip)
    yield from _system(sum(population.neurons for population in graph.populations), total, chip)


def _neurons(name: str, sources: Array, synapses: Array, chip: ChipSpec) -> Iterator[Violation]:
    """Neurons of a population that break a limit each by itself."""
    place, most = f"population {name!r}", chip.axons_in_per_core.value
    if (wide := sources > most).any():
        yield Violation(
            "axons in",
            place,
            f"{_count(wide)} with up to {int(sources.max()):,} sources",
            f"a core of {chip.name} takes {most:,}",
            f"let each listen to {int(sources.max()) - most:,} fewer",
        )
    size, room = chip.synapse_bytes(synapses, sources), chip.synapse_bytes_per_core.value
    if (large := size > room).any():
        excess = -(-8 * (int(size.max()) - room) // chip.synapse_bits.value)
        yield Violation(
            "synapse bytes",
            place,
            f"{_count(large)} with up to {int(size.max()):,} bytes of synapses",
            f"a core of {chip.name} holds {room:,}",
            f"remove up to {excess:,} synapses of each",
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


def _fan_in(graph: IntGraph, name: str, neurons: int) -> tuple[Array, Array]:
    """Sources, or fewer where parallel projections have some in common, and synapses of each neuron: int64 [neuron]."""
    sources: dict[str, Array] = {}
    synapses = np.zeros(neurons, np.int64)
    for projection in graph.into(name):
        found = _degree(projection.synapses)
        synapses += found
        sources[projection.source] = np.maximum(sources.get(projection.source, 0), found)
    return sum(sources.values(), np.zeros(neurons, np.int64)), synapses


def _degree(synapses: Synapses) -> Array:
    """Synapses but for zeros of each post neuron."""
    there = synapses.weights != 0
    if isinstance(synapses, Dense):
        return np.count_nonzero(there, axis=1).astype(np.int64)
    row = np.broadcast_to(synapses.row_of(), there.shape)
    return np.bincount(row[there], minlength=synapses.shape[0]).astype(np.int64)


def _count(found: Array) -> str:
    count = int(np.count_nonzero(found))
    return f"{count:,} {'neuron' if count == 1 else 'neurons'}"
