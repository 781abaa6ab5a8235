"""first_fit: units in order, each on the current core or, where it does not fit, on the next."""

import numpy as np

from compiler.ir.hypergraph import Hypergraph
from targets.contracts.arrays import Array
from targets.contracts.chip import ChipSpec
from targets.contracts.numbering import ordered


def first_fit(hypergraph: Hypergraph, chip: ChipSpec) -> Array:
    """Core of every unit, int [unit], when cores are filled in index order.

    Every limit is kept but output axons, which depend on what comes later. A unit that fits no core gets one to itself.
    """
    nets_of, starts = incidence(hypergraph)
    width = hypergraph.width
    decays, thresholds = (_sets(pairs, hypergraph.units) for pairs in (hypergraph.decays, hypergraph.thresholds))
    core_of = np.empty(hypergraph.units, dtype=np.int64)
    reached = np.full(hypergraph.nets, -1)  # last core with a unit that listens
    most, bits_of = hypergraph.neurons_per_core(chip), hypergraph.synapse_bits(chip).tolist()
    core = neurons = bits = axons = 0
    held_decays: set[int] = set()
    held_thresholds: set[int] = set()
    for unit, (size, own) in enumerate(zip(hypergraph.neurons.tolist(), bits_of, strict=True)):
        nets = nets_of[starts[unit] : starts[unit + 1]]
        new = int(width[nets[reached[nets] != core]].sum())
        fits = neurons == 0 or (
            neurons + size <= most
            and axons + new <= chip.axons_in_per_core.value
            and chip.memory_bytes(bits + own, axons + new) <= chip.synapse_bytes_per_core.value
            and len(held_decays | decays[unit]) <= chip.decay_profiles_per_core.value
            and len(held_thresholds | thresholds[unit]) <= chip.threshold_profiles_per_core.value
        )
        if not fits:
            core, neurons, bits, axons = core + 1, 0, 0, 0
            held_decays, held_thresholds = set(), set()
            new = int(width[nets].sum())
        neurons, bits, axons = neurons + size, bits + own, axons + new
        held_decays |= decays[unit]
        held_thresholds |= thresholds[unit]
        reached[nets] = core
        core_of[unit] = core
    return core_of


def incidence(hypergraph: Hypergraph) -> tuple[Array, Array]:
    """(nets, starts): unit u listens to nets[starts[u]:starts[u + 1]], ascending."""
    counts = np.bincount(hypergraph.pins, minlength=hypergraph.units)
    return hypergraph.net_of[ordered(hypergraph.pins)], np.concatenate([[0], np.cumsum(counts)])


def _sets(pairs: Array, units: int) -> list[set[int]]:
    """Profiles of every unit, from (unit, profile) pairs ordered by unit."""
    starts = np.searchsorted(pairs[0], np.arange(1, units))
    return [set(profiles.tolist()) for profiles in np.split(pairs[1], starts)]
