"""Moves: a cut that changes by one unit at a time, with exact loads and an exact price of every possible move."""

from typing import NamedTuple

import numba
import numpy as np

from compiler.cutting.first_fit import incidence
from compiler.hypergraph import Hypergraph
from targets.arrays import Array
from targets.chip import ChipSpec

_STEPS = 1_000_000  # rates and operations as whole numbers, so that sums do not depend on their order
NEURONS, MEMORY, AXONS_IN, AXONS_OUT, DECAYS, THRESHOLDS, EVENTS = range(7)
"""Rows of `Moves.load`; memory in bits, operations per step in millionths of the busiest unit."""


class Moves(NamedTuple):
    """Units on cores; all arrays hold whole numbers and only `move` writes to them.

    core_of       [unit]
    load, limit   [row, core] and [row, 1]: what each core holds and may hold, rows as named above
    size          [row, unit]: neurons, bits of synapses, operations and further output axons of each unit in their rows
    price         [core + 1, core]: of one message from core to core, the same both ways and nothing within a core; the
                  last row is for inputs
    toll, axons   [unit, core]: price of the messages and input axons that a unit causes, were it on a core
    listening     [net, core]: units that listen
    reached       [net]: cores with such units
    home, rate, width, pins, indptr     as in Hypergraph; rates in millionths of the largest
    itself        [net]: 1 where the unit that sends also listens
    nets, nets_at, sent, sent_at        nets that unit u listens to: nets[nets_at[u]:nets_at[u + 1]]; its own likewise
    near, near_at               units at the other ends of those nets, as often as they are joined
    needs, needs_at, row_of     profiles that each unit needs; the row of `load` in which a profile counts
    held          [profile, core]: units that need it
    axon_bits     [1]: bits of memory per input axon
    """

    core_of: Array
    load: Array
    limit: Array
    size: Array
    price: Array
    toll: Array
    axons: Array
    listening: Array
    reached: Array
    home: Array
    rate: Array
    width: Array
    pins: Array
    indptr: Array
    itself: Array
    nets: Array
    nets_at: Array
    sent: Array
    sent_at: Array
    near: Array
    near_at: Array
    needs: Array
    needs_at: Array
    row_of: Array
    held: Array
    axon_bits: Array


def moves(
    hypergraph: Hypergraph,
    core_of: Array,
    price: Array,
    chip: ChipSpec,
    imbalance: float,
    axons_out: Array | None = None,
) -> Moves:
    """The cut `core_of` [unit] at prices [core + 1, core], operations limited to `imbalance` times their mean.

    `axons_out` [unit] are output axons besides those which follow from the hypergraph.
    """
    cores, units, home, pins = price.shape[1], hypergraph.units, hypergraph.home, hypergraph.pins
    nets, nets_at = incidence(hypergraph)
    net_of = np.repeat(np.arange(hypergraph.nets), np.diff(hypergraph.indptr))
    listening = np.zeros((hypergraph.nets, cores), dtype=np.uint16)
    np.add.at(listening, (net_of, core_of[pins]), 1)
    itself = np.bincount(net_of[home[net_of] == pins], minlength=hypergraph.nets)
    sender = home[net_of]
    joined = (sender >= 0) & (sender != pins)
    ends = np.concatenate([sender[joined], pins[joined]]), np.concatenate([pins[joined], sender[joined]])
    near, near_at = _by_unit(*ends, units)
    decays = int(hypergraph.decays[1].max(initial=-1)) + 1
    needs = np.concatenate([hypergraph.decays, hypergraph.thresholds + np.array([[0], [decays]])], axis=1)
    held = np.zeros((int(needs[1].max(initial=-1)) + 1, cores), dtype=np.int64)
    np.add.at(held, (needs[1], core_of[needs[0]]), 1)
    events = np.rint(hypergraph.events / hypergraph.events.max(initial=1e-300) * _STEPS)
    size = np.zeros((7, units), dtype=np.int64)
    size[[NEURONS, MEMORY, EVENTS]] = hypergraph.neurons, hypergraph.synapses * chip.synapse_bits.value, events
    if axons_out is not None:
        size[AXONS_OUT] = axons_out
    limit = (
        chip.neurons_per_core.value,
        8 * chip.synapse_bytes_per_core.value,
        chip.axons_in_per_core.value,
        chip.axons_out_per_core.value,
        chip.decay_profiles_per_core.value,
        chip.threshold_profiles_per_core.value,
        max(int(imbalance * float(events.sum()) / cores), 1),
    )
    load = np.stack([np.bincount(core_of, own, minlength=cores) for own in size]).astype(np.int64)
    load[AXONS_IN] = hypergraph.width @ (listening > 0)
    load[MEMORY] += load[AXONS_IN] * chip.axon_bits.value
    inner = np.flatnonzero(home >= 0)
    at_home = core_of[home[inner]]
    away = np.count_nonzero(listening[inner], axis=1) - (listening[inner, at_home] > 0)
    load[AXONS_OUT] += np.bincount(at_home, hypergraph.width[inner] * away, minlength=cores).astype(np.int64)
    load[DECAYS] = np.count_nonzero(held[:decays], axis=0)
    load[THRESHOLDS] = np.count_nonzero(held[decays:], axis=0)
    sent, sent_at = _by_unit(home[inner], inner, units)
    needs_by_unit, needs_at = _by_unit(needs[0], needs[1], units)
    cut = Moves(
        core_of=core_of.astype(np.int64),
        load=load,
        limit=np.array(limit, dtype=np.int64)[:, None],
        size=size,
        price=price.astype(np.int64),
        toll=np.zeros((units, cores), dtype=np.int64),
        axons=np.zeros((units, cores), dtype=np.int32),
        listening=listening,
        reached=np.count_nonzero(listening, axis=1),
        home=home.astype(np.int64),
        rate=np.rint(hypergraph.rate / hypergraph.rate.max(initial=1e-300) * _STEPS).astype(np.int64),
        width=hypergraph.width.astype(np.int64),
        pins=pins,
        indptr=hypergraph.indptr,
        itself=itself,
        nets=nets,
        nets_at=nets_at,
        sent=sent,
        sent_at=sent_at,
        near=near,
        near_at=near_at,
        needs=needs_by_unit,
        needs_at=needs_at,
        row_of=np.where(np.arange(len(held)) < decays, DECAYS, THRESHOLDS),
        held=held,
        axon_bits=np.array([chip.axon_bits.value]),
    )
    _count(cut)
    return cut


def _by_unit(unit: Array, values: Array, units: int) -> tuple[Array, Array]:
    """(values, starts) ordered by unit: those of unit u are values[starts[u]:starts[u + 1]]."""
    starts = np.concatenate([[0], np.cumsum(np.bincount(unit, minlength=units))])
    return values[np.argsort(unit, kind="stable")], starts


@numba.njit(cache=True)
def move(cut: Moves, unit: int, core: int) -> None:
    """Put `unit` on another core, whatever the limits."""
    here, cores = cut.core_of[unit], cut.price.shape[1]
    more, unheard = np.empty(cores, dtype=np.int64), np.empty(cores, dtype=np.int64)
    for i in range(cut.sent_at[unit], cut.sent_at[unit + 1]):
        net = cut.sent[i]
        cut.load[AXONS_OUT, here] -= cut.width[net] * (cut.reached[net] - (cut.listening[net, here] > 0))
    _listen(cut, unit, here, -1)
    _listen(cut, unit, core, 1)
    cut.core_of[unit] = core
    for i in range(cut.sent_at[unit], cut.sent_at[unit + 1]):
        net = cut.sent[i]
        cut.load[AXONS_OUT, core] += cut.width[net] * (cut.reached[net] - (cut.listening[net, core] > 0))
        for other in range(cores):
            more[other] = cut.rate[net] * (cut.price[core, other] - cut.price[here, other])
            unheard[other] = more[other] if cut.listening[net, other] == 0 else 0
        for j in range(cut.indptr[net], cut.indptr[net + 1]):
            pin = cut.pins[j]
            if pin == unit:
                continue
            tolls, own = cut.toll[pin], cut.core_of[pin]
            for other in range(cores):
                tolls[other] += unheard[other]
            if cut.listening[net, own] == 1:
                tolls[own] += more[own]
    for row in range(7):
        cut.load[row, here] -= cut.size[row, unit]
        cut.load[row, core] += cut.size[row, unit]
    for i in range(cut.needs_at[unit], cut.needs_at[unit + 1]):
        profile = cut.needs[i]
        cut.held[profile, here] -= 1
        cut.load[cut.row_of[profile], here] -= cut.held[profile, here] == 0
        cut.held[profile, core] += 1
        cut.load[cut.row_of[profile], core] += cut.held[profile, core] == 1


@numba.njit(cache=True)
def exchange(cut: Moves, unit: int, partner: int) -> tuple[int, int, int]:
    """(price, axons here, axons there): what changes where two units on different cores exchange their places.

    *Here* is the core of `unit`, *there* that of `partner`.
    """
    here, there, cores = cut.core_of[unit], cut.core_of[partner], cut.price.shape[1]
    paid, axons_here, axons_there = 0, 0, 0
    for sender, old, new in ((unit, here, there), (partner, there, here)):
        for i in range(cut.sent_at[sender], cut.sent_at[sender + 1]):
            net = cut.sent[i]
            more = 0
            for core in range(cores):
                more += (cut.listening[net, core] > 0) * (cut.price[new, core] - cut.price[old, core])
            paid += cut.rate[net] * more
    i, last = cut.nets_at[unit], cut.nets_at[unit + 1]
    j, end = cut.nets_at[partner], cut.nets_at[partner + 1]
    while i < last or j < end:
        goes = j == end or (i < last and cut.nets[i] <= cut.nets[j])
        comes = i == last or (j < end and cut.nets[j] <= cut.nets[i])
        net = cut.nets[i] if goes else cut.nets[j]
        i, j = i + goes, j + comes
        if goes == comes:
            continue
        if goes:
            at_here, at_there = -(cut.listening[net, here] == 1), cut.listening[net, there] == 0
        else:
            at_here, at_there = cut.listening[net, here] == 0, -(cut.listening[net, there] == 1)
        home = cut.home[net]
        sender = cores if home < 0 else here if home == partner else there if home == unit else cut.core_of[home]
        paid += cut.rate[net] * (at_here * cut.price[sender, here] + at_there * cut.price[sender, there])
        axons_here += at_here * cut.width[net]
        axons_there += at_there * cut.width[net]
    return paid, axons_here, axons_there


@numba.njit(cache=True)
def crowded(cut: Moves, comes: int, goes: int, core: int, axons: int) -> bool:
    """Whether `core` would exceed neurons, memory, input axons or operations by more if one unit came as another goes.

    `axons` is the change of input axons.
    """
    for row in (NEURONS, MEMORY, AXONS_IN, EVENTS):
        more = cut.size[row, comes] - cut.size[row, goes]
        if row == AXONS_IN:
            more = axons
        elif row == MEMORY:
            more += axons * cut.axon_bits[0]
        if more > 0 and cut.load[row, core] + more > cut.limit[row, 0]:
            return True
    return False


@numba.njit(cache=True, inline="always")
def room(cut: Moves, unit: int, core: int) -> bool:
    """Whether `core` keeps every limit but that of output axons if `unit` goes there."""
    load, limit, size, axons = cut.load, cut.limit, cut.size, cut.axons[unit, core]
    decays, thresholds = 0, 0
    for i in range(cut.needs_at[unit], cut.needs_at[unit + 1]):
        new = cut.held[cut.needs[i], core] == 0
        if cut.row_of[cut.needs[i]] == DECAYS:
            decays += new
        else:
            thresholds += new
    return (
        load[NEURONS, core] + size[NEURONS, unit] <= limit[NEURONS, 0]
        and load[MEMORY, core] + size[MEMORY, unit] + axons * cut.axon_bits[0] <= limit[MEMORY, 0]
        and load[AXONS_IN, core] + axons <= limit[AXONS_IN, 0]
        and load[DECAYS, core] + decays <= limit[DECAYS, 0]
        and load[THRESHOLDS, core] + thresholds <= limit[THRESHOLDS, 0]
        and load[EVENTS, core] + size[EVENTS, unit] <= limit[EVENTS, 0]
    )


@numba.njit(cache=True)
def worse(cut: Moves, before: Array) -> bool:
    """Whether a core exceeds a limit by more than with the loads `before` [row, core]."""
    for row in range(7):
        for core in range(before.shape[1]):
            if cut.load[row, core] > cut.limit[row, 0] and cut.load[row, core] > before[row, core]:
                return True
    return False


@numba.njit(cache=True)
def _listen(cut: Moves, unit: int, core: int, sign: int) -> None:
    """`unit` begins (1) or ceases (-1) to listen to its nets on `core`; tolls and axons of all others follow."""
    cores = cut.price.shape[1]
    for i in range(cut.nets_at[unit], cut.nets_at[unit + 1]):
        net = cut.nets[i]
        others = np.int64(cut.listening[net, core]) - (sign < 0)
        cut.listening[net, core] = others + (sign > 0)
        if others > 1:
            continue
        home, width = cut.home[net], sign * cut.width[net]
        sender = cut.core_of[home] if home >= 0 else cores
        toll = sign * cut.rate[net] * cut.price[sender, core]
        for j in range(cut.indptr[net], cut.indptr[net + 1]):
            pin = cut.pins[j]
            if pin != unit and (others == 0 or cut.core_of[pin] == core):
                cut.axons[pin, core] -= width
                if pin != home:
                    cut.toll[pin, core] -= toll
        if others == 0:
            cut.reached[net] += sign
            cut.load[AXONS_IN, core] += width
            cut.load[MEMORY, core] += width * cut.axon_bits[0]
        if home >= 0 and home != unit:
            if others == 0 and sender != core:
                cut.load[AXONS_OUT, sender] += width
            if others == (cut.itself[net] == 1 and sender == core):
                tolls, prices, rate = cut.toll[home], cut.price[core], sign * cut.rate[net]
                for other in range(cores):
                    tolls[other] += rate * prices[other]


@numba.njit(cache=True)
def _count(cut: Moves) -> None:
    """Tolls and axons of every unit on every core, from the rest."""
    cores = cut.price.shape[1]
    for net in range(cut.home.size):
        home, rate, width = cut.home[net], cut.rate[net], cut.width[net]
        sender = cut.core_of[home] if home >= 0 else cores
        for j in range(cut.indptr[net], cut.indptr[net + 1]):
            pin = cut.pins[j]
            own = cut.core_of[pin]
            for core in range(cores):
                if cut.listening[net, core] == (core == own):
                    cut.axons[pin, core] += width
                    if pin != home:
                        cut.toll[pin, core] += rate * cut.price[sender, core]
        for core in range(cores):
            if home >= 0 and cut.listening[net, core] > (cut.itself[net] == 1 and sender == core):
                for other in range(cores):
                    cut.toll[home, other] += rate * cut.price[other, core]
