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
    for cores in _regions(hypergraph, core_of, seed):
        part = region(hypergraph, core_of, cores)
        start, price = np.searchsorted(cores, core_of[part.units]), uniform_price(cores.size)
        found = improve(part.hypergraph, start, price, chip, trials, seed, part.axons_out, hot=hot)
        changed.append((part.units, cores[found]))
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


def _regions(hypergraph: Hypergraph, core_of: Array, seed: int) -> Iterator[Array]:
    """Groups of cores, each int [core], that send each other many messages; every core is in one."""
    from scipy.sparse import csr_array

    cores = int(core_of.max()) + 1
    sent = between(hypergraph, core_of, cores)
    count = -(-cores // _CORES)
    group_of = partition_graph(csr_array(sent + sent.T), np.ones(cores, dtype=np.int64), count, _SLACK, seed)
    for group in range(count):
        yield np.flatnonzero(group_of == group)


def region(hypergraph: Hypergraph, core_of: Array, cores: Array) -> Region:
    """What is on `cores` of the partitioning `core_of` [unit]: a message within it costs what it costs in the whole.

    A message from outside costs as one from an input, and one to the outside costs the same from every core inside.
    """
    inside = np.zeros(int(core_of.max()) + 1, dtype=bool)
    inside[cores] = True
    units = np.flatnonzero(inside[core_of])
    number = np.full(hypergraph.units, -1)
    number[units] = np.arange(units.size)
    net_of = hypergraph.net_of
    sender = np.where(hypergraph.home >= 0, number[hypergraph.home], -1)
    held = number[hypergraph.pins] >= 0
    nets, local = np.unique(net_of[held], return_inverse=True)
    leaving = ~held & (sender[net_of] >= 0)
    pairs = np.unique(net_of[leaving] * len(inside) + core_of[hypergraph.pins[leaving]]) // len(inside)
    part = Hypergraph(
        unit_of={},
        split={},
        neurons=hypergraph.neurons[units],
        synapses=hypergraph.synapses[units],
        events=hypergraph.events[units],
        decays=_of(hypergraph.decays, number),
        thresholds=_of(hypergraph.thresholds, number),
        pins=number[hypergraph.pins[held]],
        indptr=np.concatenate([[0], np.cumsum(np.bincount(local, minlength=nets.size))]),
        home=sender[nets],
        width=hypergraph.width[nets],
        rate=hypergraph.rate[nets],
    )
    return Region(units, cores, part, np.bincount(sender[pairs], hypergraph.width[pairs], minlength=units.size))


def _of(pairs: Array, number: Array) -> Array:
    """The (unit, profile) pairs of the units that have a number, profiles numbered anew."""
    kept = pairs[:, number[pairs[0]] >= 0]
    return np.stack([number[kept[0]], np.unique(kept[1], return_inverse=True)[1].ravel()])
