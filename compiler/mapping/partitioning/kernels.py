"""Kernels of moves: a partitioning that changes by one unit at a time, to legalize it and to anneal it.

All in one file, because what is compiled is kept until the file of its caller changes, whatever it calls.
"""

import numpy as np

from compiler.mapping.partitioning.problem import (
    AXONS_IN,
    AXONS_OUT,
    DECAYS,
    EVENTS,
    MEMORY,
    NEURONS,
    THRESHOLDS,
    MoveProblem,
    MoveState,
)
from targets.contracts.arrays import Array
from targets.contracts.jit import compiled

_TRIES = 4
_IDLE, _IDLE_CORES = 16, 2  # moves that bring cores no nearer to their limits, for themselves and for each core
_WORTHS, _DEARER, _LUMP = 8, 4, 0.25  # what operations are worth is raised so often and so many times
_SAME = 256  # trials at one temperature
_FINE = 1 << 30  # steps of a random fraction
_SAME_CORE, _TRIAL = 1, 8  # what takes time: a trial that finds both on one core, and another
_MOVE, _MOVE_CORES = 16, 4  # a move, for itself and once for so many cores
_FEW = 4  # cores to be written to one by one are fewer than one in so many
_FREE, _EFFORT = 1000, 16  # effort that is in all of these, and of which so much more takes one in addition


def legalize(problem: MoveProblem, state: MoveState) -> None:
    """Empty cores over a limit, the worst first, each time by the move of the largest gain.

    It ends when every limit is kept, no unit of a core over one finds room elsewhere, or moves no longer help: one that
    costs another core output axons may go round in circles. Synaptic operations come last, so that they are in nobody's
    way; where there is no room for a busy unit, it is exchanged for an idler one.
    """
    others = problem.limit.copy()
    others[EVENTS] = max(others[EVENTS, 0], problem.size[EVENTS].sum())
    others.flags.writeable = False
    _spread(problem._replace(limit=others), state)
    _spread(problem, state)


@compiled
def _spread(problem: MoveProblem, state: MoveState) -> None:
    """Move units away from cores over a limit."""
    cores = problem.price.shape[1]
    stuck = np.zeros(cores, dtype=np.bool_)
    least, idle = np.inf, 0
    for _ in range(state.core_of.size):
        worst, core, excess = 1.0, -1, 0.0
        for each in range(cores):
            most = _overuse(problem, state, each)
            excess += max(most - 1, 0.0)
            if most > worst and not stuck[each]:
                worst, core = most, each
        idle = 0 if excess < least else idle + 1
        if core < 0 or idle > _IDLE + _IDLE_CORES * cores:
            return
        least = min(least, excess)
        stuck[core] = not _leave(problem, state, core) and not _trade(problem, state, core)


@compiled
def _leave(problem: MoveProblem, state: MoveState, core: int) -> bool:
    """Move the unit of the largest gain for its operations away from `core`; whether one could go."""
    busy = state.load[EVENTS, core] > problem.limit[EVENTS, 0]
    leaving, goal, most = -1, -1, -np.inf
    for unit in range(state.core_of.size):
        if state.core_of[unit] != core:
            continue
        if state.load[NEURONS, core] == problem.size[NEURONS, unit]:
            return False
        for other in range(problem.price.shape[1]):
            saved = state.penalty[unit, core] - state.penalty[unit, other]
            gain = saved / max(problem.size[EVENTS, unit], 1) if busy else float(saved)
            if gain > most and other != core and room(problem, state, unit, other):
                leaving, goal, most = unit, other, gain
    if leaving >= 0:
        move(problem, state, leaving, goal)
    return leaving >= 0


@compiled
def _trade(problem: MoveProblem, state: MoveState, core: int) -> bool:
    """Exchange a unit of `core`, which has too many operations, for one of fewer on another core; whether one could go.

    Both are chosen by price less what operations are worth, which begins at the messages that an operation comes with
    and rises until a pair is found.
    """
    cores, limit = problem.price.shape[1], problem.limit[EVENTS, 0]
    lumps = problem.size[EVENTS].max() > _LUMP * limit  # units too busy to be spread
    worth = float(problem.rate.sum()) / max(problem.size[EVENTS].sum(), 1)
    for _ in range(0 if lumps or state.load[EVENTS, core] <= limit else _WORTHS):
        banned = np.zeros(cores, dtype=np.bool_)
        while True:
            least, leaving, coming = np.inf, -1, -1
            costs, partners = np.full(cores, np.inf), np.full(cores, -1)
            for unit in range(state.core_of.size):
                other = state.core_of[unit]
                if other != core and not banned[other]:
                    cost = state.penalty[unit, core] - state.penalty[unit, other] + worth * problem.size[EVENTS, unit]
                    if cost < costs[other]:
                        costs[other], partners[other] = cost, unit
            for unit in range(state.core_of.size):
                if state.core_of[unit] != core:
                    continue
                own = state.penalty[unit, core] + worth * problem.size[EVENTS, unit]
                for other in range(cores):
                    cost = state.penalty[unit, other] - own + costs[other]
                    if cost >= least:
                        continue
                    shed = problem.size[EVENTS, unit] - problem.size[EVENTS, partners[other]]
                    if 0 < shed <= limit - state.load[EVENTS, other]:
                        least, leaving, coming = cost, unit, partners[other]
            if leaving < 0:
                break
            if _swap(problem, state, leaving, coming):
                return True
            banned[state.core_of[coming]] = True
        worth *= _DEARER
    return False


@compiled
def _swap(problem: MoveProblem, state: MoveState, unit: int, partner: int) -> bool:
    """Exchange two units unless that breaks a limit by more than before; whether it was done."""
    here, there = state.core_of[unit], state.core_of[partner]
    _, axons_here, axons_there = exchange(problem, state, unit, partner)
    crowds = crowded(problem, state, partner, unit, here, axons_here)
    if crowds or crowded(problem, state, unit, partner, there, axons_there):
        return False
    before = state.load.copy()
    move(problem, state, unit, there)
    move(problem, state, partner, here)
    if worse(problem, state, before):
        move(problem, state, partner, there)
        move(problem, state, unit, here)
        return False
    return True


@compiled
def _overuse(problem: MoveProblem, state: MoveState, core: int) -> float:
    """Largest use of `core` over its limit."""
    most = 0.0
    for row in range(state.load.shape[0]):
        most = max(most, state.load[row, core] / problem.limit[row, 0])
    return most


@compiled
def anneal(problem: MoveProblem, state: MoveState, trials: int, hot: float, cold: float, seed: int) -> int:
    """Move units for the time of a number of trials; the change of price, whose unit is that of the temperatures.

    A unit is to follow one that it is joined to, to whose core it moves or, where it finds no room there, with which
    or with a neighbour of which it is exchanged. What costs more is done with the chance exp(-cost / temperature),
    where the temperature falls geometrically from `hot` to `cold`. A trial that finds both units on one core counts for
    an eighth of another, a move for several. No limit is broken that was kept, and no core is emptied. Source:
    Kirkpatrick et al., "Optimization by Simulated Annealing", Science 220 (1983).
    """
    random = np.array([seed], dtype=np.uint64)
    before = np.empty_like(state.load)
    total, heat, tried, spent = 0, hot, 0, 0
    cost = _MOVE + problem.price.shape[1] // _MOVE_CORES
    while spent < trials * _TRIAL:
        if tried % _SAME == 0:
            heat = hot * (cold / hot) ** (spent / (trials * _TRIAL))
        tried += 1
        unit = _draw(random, state.core_of.size)
        other = _neighbour(problem, state, unit, random)
        here, core = state.core_of[unit], state.core_of[other]
        if core == here:
            spent += _SAME_CORE
            continue
        spent += _TRIAL
        delta = state.penalty[unit, core] - state.penalty[unit, here]
        bearable = -heat * np.log((_draw(random, _FINE) + 1) / _FINE)
        if room(problem, state, unit, core):
            if delta <= bearable and state.load[NEURONS, here] > problem.size[NEURONS, unit]:
                before[:] = state.load
                move(problem, state, unit, core)
                spent += cost + max(0, problem.effort[unit] - _FREE) // _EFFORT
                if worse(problem, state, before):
                    move(problem, state, unit, here)
                else:
                    total += delta
            continue
        partner = other
        for _ in range(_TRIES):
            near = _neighbour(problem, state, other, random)
            if state.core_of[near] == core:
                partner = near
                break
        if delta + state.penalty[partner, here] - state.penalty[partner, core] > bearable:
            continue  # but for what the two send to each other, and what both listen to
        extra = max(0, problem.effort[unit] + problem.effort[partner] - _FREE) // _EFFORT
        spent += extra
        delta, axons_here, axons_there = exchange(problem, state, unit, partner)
        if delta > bearable:
            continue
        if crowded(problem, state, partner, unit, here, axons_here) or crowded(
            problem, state, unit, partner, core, axons_there
        ):
            continue
        before[:] = state.load
        move(problem, state, unit, core)
        move(problem, state, partner, here)
        spent += 2 * cost + extra
        if worse(problem, state, before):
            move(problem, state, partner, core)
            move(problem, state, unit, here)
        else:
            total += delta
    return total


@compiled(inline="always")
def _neighbour(problem: MoveProblem, state: MoveState, unit: int, random: Array) -> int:
    """A random unit that `unit` is joined to, or itself where there is none."""
    begin, end = problem.near_at[unit], problem.near_at[unit + 1]
    return problem.near[begin + _draw(random, end - begin)] if end > begin else unit


@compiled(inline="always")
def _draw(random: Array, below: int) -> int:
    """A whole number from 0 to below - 1, which is below 2^31, by SplitMix64.

    Source: Steele et al., "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014.
    """
    random[0] += np.uint64(0x9E3779B97F4A7C15)
    z = random[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return int(np.int64((z ^ (z >> np.uint64(31))) >> np.uint64(32)) * below >> 32)


@compiled
def move(problem: MoveProblem, state: MoveState, unit: int, core: int) -> None:
    """Put `unit` on another core, whatever the limits."""
    here, cores = state.core_of[unit], problem.price.shape[1]
    change, unreached = np.empty(cores, dtype=np.int64), np.empty(cores, dtype=np.int64)
    changed = np.empty(cores, dtype=np.int64)
    for i in range(problem.outgoing_at[unit], problem.outgoing_at[unit + 1]):
        net = problem.outgoing[i]
        state.load[AXONS_OUT, here] -= problem.width[net] * (state.reached[net] - (state.listening[net, here] > 0))
    _listen(problem, state, unit, here, -1)
    _listen(problem, state, unit, core, 1)
    state.core_of[unit] = core
    for i in range(problem.outgoing_at[unit], problem.outgoing_at[unit + 1]):
        net = problem.outgoing[i]
        state.load[AXONS_OUT, core] += problem.width[net] * (state.reached[net] - (state.listening[net, core] > 0))
        count = 0
        for other in range(cores):
            change[other] = problem.rate[net] * (problem.price[core, other] - problem.price[here, other])
            unreached[other] = change[other] if state.listening[net, other] == 0 else 0
            changed[count] = other
            count += unreached[other] != 0
        for j in range(problem.indptr[net], problem.indptr[net + 1]):
            pin = problem.pins[j]
            if pin == unit:
                continue
            penalties, at = state.penalty[pin], state.core_of[pin]
            if count * _FEW < cores:
                for each in range(count):
                    penalties[changed[each]] += unreached[changed[each]]
            else:  # all one after the other, which takes less time for each
                for other in range(cores):
                    penalties[other] += unreached[other]
            if state.listening[net, at] == 1:
                penalties[at] += change[at]
    for row in range(7):
        state.load[row, here] -= problem.size[row, unit]
        state.load[row, core] += problem.size[row, unit]
    for i in range(problem.needs_at[unit], problem.needs_at[unit + 1]):
        profile = problem.needs[i]
        state.held[profile, here] -= 1
        state.load[problem.row_of[profile], here] -= state.held[profile, here] == 0
        state.held[profile, core] += 1
        state.load[problem.row_of[profile], core] += state.held[profile, core] == 1


@compiled
def exchange(problem: MoveProblem, state: MoveState, unit: int, partner: int) -> tuple[int, int, int]:
    """(delta of price, axons here, axons there): what changes where two units on different cores are exchanged.

    *Here* is the core of `unit`, *there* that of `partner`. It is what changes where each of the two moves alone, which
    is known, but for what both have to do with: a net that both listen to reaches the same cores after as before, and
    what one sends to the other has as far to go.
    """
    here, there = state.core_of[unit], state.core_of[partner]
    delta = state.penalty[unit, there] - state.penalty[unit, here]
    delta += state.penalty[partner, here] - state.penalty[partner, there]
    axons_here = np.int64(state.axons[partner, here]) - state.axons[unit, here]
    axons_there = np.int64(state.axons[unit, there]) - state.axons[partner, there]
    i, last = problem.incoming_at[unit], problem.incoming_at[unit + 1]
    j, end = problem.incoming_at[partner], problem.incoming_at[partner + 1]
    while i < last and j < end:
        net, other = problem.incoming[i], problem.incoming[j]
        i, j = i + (net <= other), j + (other <= net)
        if net == other and (state.listening[net, here] == 1 or state.listening[net, there] == 1):
            alone_here, alone_there = state.listening[net, here] == 1, state.listening[net, there] == 1
            axons_here += alone_here * problem.width[net]
            axons_there += alone_there * problem.width[net]
            home = problem.home[net]
            if home != unit and home != partner:
                sender = state.core_of[home] if home >= 0 else problem.price.shape[1]
                kept = alone_here * problem.price[sender, here] + alone_there * problem.price[sender, there]
                delta += problem.rate[net] * kept
    for sender, receiver in ((unit, partner), (partner, unit)):
        own, away = state.core_of[sender], state.core_of[receiver]
        for k in range(problem.outgoing_at[sender], problem.outgoing_at[sender + 1]):
            net = problem.outgoing[k]
            if _listens(problem, receiver, net):
                alone_away = state.listening[net, away] == 1
                alone_own = state.listening[net, own] == problem.recurrent[net]
                delta += problem.rate[net] * problem.price[own, away] * (alone_away + alone_own)
    return delta, axons_here, axons_there


@compiled(inline="always")
def _listens(problem: MoveProblem, unit: int, net: int) -> bool:
    """Whether `unit` is one of those that listen to `net`, found by halving."""
    low, high = problem.indptr[net], problem.indptr[net + 1]
    end = high
    while low < high:
        middle = (low + high) // 2
        if problem.pins[middle] < unit:
            low = middle + 1
        else:
            high = middle
    return low < end and problem.pins[low] == unit


@compiled
def crowded(problem: MoveProblem, state: MoveState, comes: int, goes: int, core: int, axons: int) -> bool:
    """Whether `core` would exceed neurons, memory, input axons or operations by more if one unit came as another goes.

    `axons` is the change of input axons.
    """
    for row in (NEURONS, MEMORY, AXONS_IN, EVENTS):
        more = problem.size[row, comes] - problem.size[row, goes]
        if row == AXONS_IN:
            more = axons
        elif row == MEMORY:
            more += axons * problem.axon_bits[0]
        if more > 0 and state.load[row, core] + more > problem.limit[row, 0]:
            return True
    return False


@compiled(inline="always")
def room(problem: MoveProblem, state: MoveState, unit: int, core: int) -> bool:
    """Whether `core` keeps every limit but that of output axons if `unit` goes there."""
    load, limit, size, axons = state.load, problem.limit, problem.size, state.axons[unit, core]
    decays, thresholds = 0, 0
    for i in range(problem.needs_at[unit], problem.needs_at[unit + 1]):
        new = state.held[problem.needs[i], core] == 0
        if problem.row_of[problem.needs[i]] == DECAYS:
            decays += new
        else:
            thresholds += new
    return (
        load[NEURONS, core] + size[NEURONS, unit] <= limit[NEURONS, 0]
        and load[MEMORY, core] + size[MEMORY, unit] + axons * problem.axon_bits[0] <= limit[MEMORY, 0]
        and load[AXONS_IN, core] + axons <= limit[AXONS_IN, 0]
        and load[DECAYS, core] + decays <= limit[DECAYS, 0]
        and load[THRESHOLDS, core] + thresholds <= limit[THRESHOLDS, 0]
        and load[EVENTS, core] + size[EVENTS, unit] <= limit[EVENTS, 0]
    )


@compiled
def worse(problem: MoveProblem, state: MoveState, before: Array) -> bool:
    """Whether a core exceeds a limit by more than with the loads `before` [row, core]."""
    for row in range(7):
        for core in range(before.shape[1]):
            if state.load[row, core] > problem.limit[row, 0] and state.load[row, core] > before[row, core]:
                return True
    return False


@compiled
def _listen(problem: MoveProblem, state: MoveState, unit: int, core: int, sign: int) -> None:
    """`unit` begins (1) or ceases (-1) to listen to its nets on `core`; penalties and axons of all others follow."""
    cores = problem.price.shape[1]
    for i in range(problem.incoming_at[unit], problem.incoming_at[unit + 1]):
        net = problem.incoming[i]
        others = np.int64(state.listening[net, core]) - (sign < 0)
        state.listening[net, core] = others + (sign > 0)
        if others > 1:
            continue
        home, width = problem.home[net], sign * problem.width[net]
        sender = state.core_of[home] if home >= 0 else cores
        penalty = sign * problem.rate[net] * problem.price[sender, core]
        for j in range(problem.indptr[net], problem.indptr[net + 1]):
            pin = problem.pins[j]
            if pin != unit and (others == 0 or state.core_of[pin] == core):
                state.axons[pin, core] -= width
                if pin != home:
                    state.penalty[pin, core] -= penalty
        if others == 0:
            state.reached[net] += sign
            state.load[AXONS_IN, core] += width
            state.load[MEMORY, core] += width * problem.axon_bits[0]
        if home >= 0 and home != unit:
            if others == 0 and sender != core:
                state.load[AXONS_OUT, sender] += width
            if others == (problem.recurrent[net] == 1 and sender == core):
                penalties, prices, rate = state.penalty[home], problem.price[core], sign * problem.rate[net]
                for other in range(cores):
                    penalties[other] += rate * prices[other]
