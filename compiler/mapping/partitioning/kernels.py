"""Moves: a cut that changes by one unit at a time; compiled, to relieve it and to anneal it.

All in one file, because what is compiled is kept until the file of its caller changes, whatever it calls.
"""

from typing import NamedTuple

import numba
import numpy as np

from targets.contracts.arrays import Array

NEURONS, MEMORY, AXONS_IN, AXONS_OUT, DECAYS, THRESHOLDS, EVENTS = range(7)
"""Rows of `Moves.load`; memory in bits, operations per step in millionths of the busiest unit."""
_TRIES = 4
_SAME = 256  # trials at one temperature
_FINE = 1 << 30  # steps of a random fraction
_SAME_CORE, _TRIAL = 1, 8  # what takes time: a trial that finds both on one core, and another
_MOVE, _MOVE_CORES = 16, 4  # a move, for itself and once for so many cores


class Moves(NamedTuple):
    """Units on cores; all arrays hold whole numbers, and only what is in this file writes to them.

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


@numba.njit(cache=True)
def count(cut: Moves) -> None:
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


@numba.njit(cache=True)
def relieve(cut: Moves) -> None:
    """Empty cores of `cut` over a limit, the worst first, each time by the move that costs least for what it relieves.

    It ends when every limit is kept or no unit of a core over one finds room elsewhere. Synaptic operations come last,
    so that they are in nobody's way.
    """
    most = cut.limit[EVENTS, 0]
    cut.limit[EVENTS, 0] = max(most, cut.size[EVENTS].sum())
    _spread(cut)
    cut.limit[EVENTS, 0] = most
    _spread(cut)


@numba.njit(cache=True)
def _spread(cut: Moves) -> None:
    """Move units away from cores over a limit."""
    cores = cut.price.shape[1]
    stuck = np.zeros(cores, dtype=np.bool_)
    for _ in range(cut.core_of.size):
        worst, core = 1.0, -1
        for each in range(cores):
            most = _pressure(cut, each)
            if most > worst and not stuck[each]:
                worst, core = most, each
        if core < 0:
            return
        stuck[core] = not _leave(cut, core)


@numba.njit(cache=True)
def _leave(cut: Moves, core: int) -> bool:
    """Move the unit that costs least for its size away from `core`; whether one could go."""
    busy = cut.load[EVENTS, core] > cut.limit[EVENTS, 0]
    leaving, goal, least = -1, -1, np.inf
    for unit in range(cut.core_of.size):
        if cut.core_of[unit] != core:
            continue
        if cut.load[NEURONS, core] == cut.size[NEURONS, unit]:
            return False
        for other in range(cut.price.shape[1]):
            if other != core and room(cut, unit, other):
                paid = cut.toll[unit, other] - cut.toll[unit, core]
                cost = paid / max(cut.size[EVENTS, unit], 1) if busy else float(paid)
                if cost < least:
                    leaving, goal, least = unit, other, cost
    if leaving >= 0:
        move(cut, leaving, goal)
    return leaving >= 0


@numba.njit(cache=True)
def _pressure(cut: Moves, core: int) -> float:
    """Largest fraction of a limit that `core` uses."""
    most = 0.0
    for row in range(cut.load.shape[0]):
        most = max(most, cut.load[row, core] / cut.limit[row, 0])
    return most


@numba.njit(cache=True)
def anneal(cut: Moves, trials: int, hot: float, cold: float, seed: int) -> int:
    """Change `cut` for the time of a number of trials; the change of its price, whose unit is that of the temperatures.

    A unit is to follow one that it is joined to, to whose core it moves or, where it finds no room there, with which
    or with a neighbour of which it changes places. What costs more is done with the chance exp(-cost / temperature),
    where the temperature falls geometrically from `hot` to `cold`. A trial that finds both units on one core counts for
    an eighth of another, a move for several. No limit is broken that was kept, and no core is emptied. Source:
    Kirkpatrick et al., "Optimization by Simulated Annealing", Science 220 (1983).
    """
    state = np.array([seed], dtype=np.uint64)
    before = np.empty_like(cut.load)
    total, heat, tried, spent = 0, hot, 0, 0
    cost = _MOVE + cut.price.shape[1] // _MOVE_CORES
    while spent < trials * _TRIAL:
        if tried % _SAME == 0:
            heat = hot * (cold / hot) ** (spent / (trials * _TRIAL))
        tried += 1
        unit = _random(state, cut.core_of.size)
        other = _neighbour(cut, unit, state)
        here, core = cut.core_of[unit], cut.core_of[other]
        if core == here:
            spent += _SAME_CORE
            continue
        spent += _TRIAL
        paid = cut.toll[unit, core] - cut.toll[unit, here]
        bearable = -heat * np.log((_random(state, _FINE) + 1) / _FINE)
        if room(cut, unit, core):
            if paid <= bearable and cut.load[NEURONS, here] > cut.size[NEURONS, unit]:
                before[:] = cut.load
                move(cut, unit, core)
                spent += cost
                if worse(cut, before):
                    move(cut, unit, here)
                else:
                    total += paid
            continue
        partner = other
        for _ in range(_TRIES):
            near = _neighbour(cut, other, state)
            if cut.core_of[near] == core:
                partner = near
                break
        if paid + cut.toll[partner, here] - cut.toll[partner, core] > bearable:
            continue  # but for what the two send to each other, and what both listen to
        paid, axons_here, axons_there = exchange(cut, unit, partner)
        if paid > bearable:
            continue
        if crowded(cut, partner, unit, here, axons_here) or crowded(cut, unit, partner, core, axons_there):
            continue
        before[:] = cut.load
        move(cut, unit, core)
        move(cut, partner, here)
        spent += 2 * cost
        if worse(cut, before):
            move(cut, partner, core)
            move(cut, unit, here)
        else:
            total += paid
    return total


@numba.njit(cache=True, inline="always")
def _neighbour(cut: Moves, unit: int, state: Array) -> int:
    """A random unit that `unit` is joined to, or itself where there is none."""
    begin, end = cut.near_at[unit], cut.near_at[unit + 1]
    return cut.near[begin + _random(state, end - begin)] if end > begin else unit


@numba.njit(cache=True, inline="always")
def _random(state: Array, below: int) -> int:
    """A whole number from 0 to below - 1, which is below 2^31, by SplitMix64.

    Source: Steele et al., "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014.
    """
    state[0] += np.uint64(0x9E3779B97F4A7C15)
    z = state[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return int(np.int64((z ^ (z >> np.uint64(31))) >> np.uint64(32)) * below >> 32)


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
