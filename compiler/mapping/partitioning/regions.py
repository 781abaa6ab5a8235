"""improve_by_regions: some cores of many are improved while all others are held still, then some others."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from compiler.ir.hypergraph import Hypergraph
from compiler.mapping.loads import Loads, between, loads
from compiler.mapping.partitioning.improve import HOT, improve, uniform_price
from compiler.mapping.partitioning.metis import partition_graph
from targets.contracts.arrays import Array
from targets.contracts.chip import ChipSpec
from targets.contracts.numbering import distinct, ordered

_CORES = 64  # of a region
_SLACK = 0.1


@dataclass(frozen=True, eq=False)
class Region:
    """Cores and the units on them.

    units       [unit of the region]: their numbers in the whole
    cores       [core of the region]: their numbers in the whole
    hypergraph  of these units alone, without names of populations; what comes from other cores comes from inputs
    axons_out   [unit of the region]: axons to cores outside, which a unit takes along wherever it goes
    """

    units: Array
    cores: Array
    hypergraph: Hypergraph
    axons_out: Array


def improve_by_regions(
    hypergraph: Hypergraph, core_of: Array, chip: ChipSpec, trials: int, seed: int, hot: float = HOT
) -> Array:
    """Core of every unit after `improve` for messages on regions of some 64 cores, which together are all cores.

    What a region saves does not depend on others. But a unit that goes from core to core may cost a sender outside its
    region an axon: where a limit is broken by more than before, or messages are no fewer, regions are changed one after
    the other, and those that do such a thing stay as they were.
    """
    changed = []
    for part in regions(hypergraph, core_of, _grouped(hypergraph, core_of, seed)):
        start, price = np.searchsorted(part.cores, core_of[part.units]), uniform_price(part.cores.size)
        found = improve(part.hypergraph, start, price, chip, trials, seed, part.axons_out, hot=hot)
        changed.append((part.units, part.cores[found]))
    before = loads(hypergraph, core_of, chip)
    together = core_of.copy()
    for units, own in changed:
        together[units] = own
    if _better(loads(hypergraph, together, chip), before):
        return together
    kept, held = core_of, before
    for units, own in changed:
        moved = kept.copy()
        moved[units] = own
        if _better(after := loads(hypergraph, moved, chip), held):
            kept, held = moved, after
    return kept


def _better(found: Loads, held: Loads) -> bool:
    """Whether limits are broken by no more, or by less, and messages are fewer."""
    return (max(found.overuse, 1.0), found.messages) < (max(held.overuse, 1.0), held.messages)


def _grouped(hypergraph: Hypergraph, core_of: Array, seed: int) -> Array:
    """Region of every core, int [core]: those of one send each other many messages."""
    from scipy.sparse import csr_array

    cores = int(core_of.max()) + 1
    sent = between(hypergraph, core_of, cores)
    count = -(-cores // _CORES)
    return partition_graph(csr_array(sent + sent.T), np.ones(cores, dtype=np.int64), count, _SLACK, seed)


def regions(hypergraph: Hypergraph, core_of: Array, group_of: Array) -> Iterator[Region]:
    """What is on each group of cores of the partitioning `core_of` [unit], `group_of` [core] one number for each.

    A message within a region costs what it costs in the whole. One from outside costs as one from an input, and one to
    the outside costs the same from every core inside. Pins are sorted by region once, not looked through for each.
    """
    count, of_unit, net_of = int(group_of.max()) + 1, group_of[core_of], hypergraph.net_of
    of_pin, of_net = of_unit[hypergraph.pins], np.where(hypergraph.home >= 0, of_unit[hypergraph.home], count)
    leaving = np.flatnonzero(of_net[net_of] != of_pin)
    held, left = _by_group(of_pin, count), _by_group(of_net[net_of[leaving]], count)
    number = np.full(hypergraph.units, -1)
    for group in range(count):
        cores = np.flatnonzero(group_of == group)
        units = np.flatnonzero(of_unit == group)
        number[units] = np.arange(units.size)
        yield _region(hypergraph, core_of, cores, units, number, net_of, held[group], leaving[left[group]])
        number[units] = -1


def _by_group(group_of: Array, count: int) -> list[Array]:
    """Which are in each group, in their order."""
    ends = np.cumsum(np.bincount(group_of, minlength=count + 1))
    return np.split(ordered(group_of), ends[:-1])


def _region(
    hypergraph: Hypergraph,
    core_of: Array,
    cores: Array,
    units: Array,
    number: Array,
    net_of: Array,
    held: Array,
    leaving: Array,
) -> Region:
    """The region of some cores and the `units` on them, of which `number` [unit] tells the place and is -1 elsewhere.

    `net_of` [pin] is that of the whole; `held` are the pins inside, `leaving` those outside of nets that start inside.
    """
    opens = np.diff(net_of[held], prepend=-1) > 0
    nets, width = net_of[held[opens]], int(core_of.max()) + 1
    sender = np.where(hypergraph.home[nets] >= 0, number[hypergraph.home[nets]], -1)
    pairs = distinct(net_of[leaving] * width + core_of[hypergraph.pins[leaving]]) // width
    part = Hypergraph(
        unit_of={},
        split={},
        neurons=hypergraph.neurons[units],
        synapses=hypergraph.synapses[units],
        events=hypergraph.events[units],
        decays=_of(hypergraph.decays, number),
        thresholds=_of(hypergraph.thresholds, number),
        pins=number[hypergraph.pins[held]],
        indptr=np.append(np.flatnonzero(opens), held.size),
        home=sender,
        width=hypergraph.width[nets],
        rate=hypergraph.rate[nets],
        delayed=None if hypergraph.delayed is None else hypergraph.delayed[units],
        longest=hypergraph.longest,
    )
    senders = number[hypergraph.home[pairs]]
    return Region(units, cores, part, np.bincount(senders, hypergraph.width[pairs], minlength=units.size))


def _of(pairs: Array, number: Array) -> Array:
    """The (unit, profile) pairs of the units that have a number, profiles numbered anew."""
    kept = pairs[:, number[pairs[0]] >= 0]
    return np.stack([number[kept[0]], np.unique(kept[1], return_inverse=True)[1].ravel()])
