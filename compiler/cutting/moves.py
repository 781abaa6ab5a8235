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
    size          [row, unit]: neurons, bits of synapses and operations of each unit in their rows
    price         [core + 1, core]: of one message from core to core, nothing within a core; the last row is for inputs
    toll, axons   [unit, core]: price of the messages and input axons that a unit causes, were it on a core
    listening     [net, core]: units that listen
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


def moves(hypergraph: Hypergraph, core_of: Array, price: Array, chip: ChipSpec, imbalance: float) -> Moves:
    """The cut `core_of` [unit] at prices [core + 1, core], operations limited to `imbalance` times their mean."""
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
    load[AXONS_OUT] = np.bincount(at_home, hypergraph.width[inner] * away, minlength=cores)
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
    here = cut.core_of[unit]
    for i in range(cut.sent_at[unit], cut.sent_at[unit + 1]):
        net = cut.sent[i]
        cut.load[AXONS_OUT, here] -= cut.width[net] * _away(cut, net, here)
    for i in range(cut.nets_at[unit], cut.nets_at[unit + 1]):
        _rehear(cut, cut.nets[i], unit, here, -1)
        _rehear(cut, cut.nets[i], unit, core, 1)
    cut.core_of[unit] = core
    for i in range(cut.sent_at[unit], cut.sent_at[unit + 1]):
        net = cut.sent[i]
        cut.load[AXONS_OUT, core] += cut.width[net] * _away(cut, net, core)
        listening = cut.listening[net]
        more = cut.rate[net] * (cut.price[core] - cut.price[here])
        unheard = np.where(listening == 0, more, 0)
        for j in range(cut.indptr[net], cut.indptr[net + 1]):
            pin = cut.pins[j]
            if pin != unit:
                toll, own = cut.toll[pin], cut.core_of[pin]
                for other in range(toll.size):
                    toll[other] += unheard[other]
                if listening[own] == 1:
                    toll[own] += more[own]
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
def _rehear(cut: Moves, net: int, unit: int, core: int, sign: int) -> None:
    """`unit` begins (1) or ceases (-1) to listen to `net` on `core`; tolls and axons of all others follow."""
    home, width = cut.home[net], cut.width[net]
    sender = cut.core_of[home] if home >= 0 else cut.price.shape[1]
    toll = cut.rate[net] * cut.price[sender, core]
    others = np.int64(cut.listening[net, core]) - (sign < 0)
    cut.listening[net, core] = others + (sign > 0)
    if others <= 1:
        for j in range(cut.indptr[net], cut.indptr[net + 1]):
            pin = cut.pins[j]
            if pin != unit and (others == 0 or cut.core_of[pin] == core):
                cut.axons[pin, core] -= sign * width
                if pin != home:
                    cut.toll[pin, core] -= sign * toll
    if others == 0:
        cut.load[AXONS_IN, core] += sign * width
        cut.load[MEMORY, core] += sign * width * cut.axon_bits[0]
        if home >= 0 and home != unit and sender != core:
            cut.load[AXONS_OUT, sender] += sign * width
    if home >= 0 and home != unit and others == (cut.itself[net] == 1 and sender == core):
        signed, tolls, prices = sign * cut.rate[net], cut.toll[home], cut.price[:, core]
        for other in range(tolls.size):
            tolls[other] += signed * prices[other]


@numba.njit(cache=True)
def _away(cut: Moves, net: int, core: int) -> int:
    """Cores that listen to `net`, not counting `core`."""
    away = 0
    for other in range(cut.price.shape[1]):
        away += other != core and cut.listening[net, other] > 0
    return away


@numba.njit(cache=True)
def _count(cut: Moves) -> None:
    """Tolls and axons of every unit on every core, from the rest."""
    cores = cut.price.shape[1]
    for net in range(cut.home.size):
        home = cut.home[net]
        sender = cut.core_of[home] if home >= 0 else cores
        for core in range(cores):
            heard = cut.listening[net, core]
            for j in range(cut.indptr[net], cut.indptr[net + 1]):
                pin = cut.pins[j]
                if heard == (cut.core_of[pin] == core):
                    cut.axons[pin, core] += cut.width[net]
                    if pin != home:
                        cut.toll[pin, core] += cut.rate[net] * cut.price[sender, core]
            if home >= 0 and heard > (cut.itself[net] == 1 and sender == core):
                for other in range(cores):
                    cut.toll[home, other] += cut.rate[net] * cut.price[other, core]
