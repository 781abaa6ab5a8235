"""Kernels of moves: a partitioning that changes by one unit at a time, or by two that change places.

They allocate nothing and are compiled without numba's runtime (`_nrt=False`), which would count references to the
arrays of the two tuples, by atomic operations, wherever one is looked at in a branch: that takes longer than all else.
All but `move` are compiled into where they are called (`forceinline`): a call copies the tuples, over 200 words, which
is longer than a look into a table, most of all where the copy is read in other widths than it was written in.
"""

from compiler.mapping.partitioning.problem import (
    AXONS_IN,
    AXONS_OUT,
    BITS,
    DECAYS,
    EVENTS,
    LISTENER,
    MEMORY,
    NEURONS,
    THRESHOLDS,
    MoveProblem,
    MoveState,
)
from targets.contracts.jit import compiled

_FEW = 4  # cores to be written to one by one are fewer than one in so many


@compiled(forceinline=True, _nrt=False)
def change(problem: MoveProblem, state: MoveState, unit: int, core: int) -> int:
    """What a move of a unit to another core changes the price of its messages by: from the table, or worked out."""
    here = state.core_of[unit]
    if state.penalty.size:
        return state.penalty[unit, core] - state.penalty[unit, here]
    total, cores = 0, problem.price.shape[1]
    for i in range(problem.incoming_at[unit], problem.incoming_at[unit + 1]):
        net = problem.incoming[i]
        new, alone = state.few[core, net] == 0, state.few[here, net] == 1
        if (new or alone) and problem.home[net] != unit:
            home = problem.home[net]
            sender = state.core_of[home] if home >= 0 else cores
            total += problem.rate[net] * (new * problem.price[sender, core] - alone * problem.price[sender, here])
    for i in range(problem.outgoing_at[unit], problem.outgoing_at[unit + 1]):
        net, way = problem.outgoing[i], 0
        for other in range(cores):
            way += (problem.price[core, other] - problem.price[here, other]) * (state.listening[net, other] >= LISTENER)
        if problem.recurrent[net] == 1 and state.few[here, net] == 1:
            way -= problem.price[core, here]  # it is the only one there
        total += problem.rate[net] * way
    return total


@compiled(forceinline=True, _nrt=False)
def axons(problem: MoveProblem, state: MoveState, unit: int, core: int) -> int:
    """Input axons that a unit causes on a core, or would: from the table, or else worked out."""
    if state.penalty.size:
        return state.axons[unit, core]
    total, own = 0, state.core_of[unit] == core
    for i in range(problem.incoming_at[unit], problem.incoming_at[unit + 1]):
        net = problem.incoming[i]
        total += problem.width[net] * (state.few[core, net] == own)
    return total


@compiled(_nrt=False)
def move(problem: MoveProblem, state: MoveState, unit: int, core: int) -> None:
    """Put `unit` on another core, whatever the limits."""
    here = state.core_of[unit]
    for i in range(problem.outgoing_at[unit], problem.outgoing_at[unit + 1]):
        net = problem.outgoing[i]
        state.load[AXONS_OUT, here] -= problem.width[net] * (state.reached[net] - (state.listening[net, here] > 0))
    for i in range(problem.incoming_at[unit], problem.incoming_at[unit + 1]):
        _listen(problem, state, unit, problem.incoming[i], here, -1)
        _listen(problem, state, unit, problem.incoming[i], core, 1)
    state.core_of[unit] = core
    if problem.outgoing_at[unit] < problem.outgoing_at[unit + 1]:
        _send(problem, state, unit, here)
    for row in range(7):
        state.load[row, here] -= problem.size[row, unit]
        state.load[row, core] += problem.size[row, unit]
    for i in range(problem.needs_at[unit], problem.needs_at[unit + 1]):
        profile = problem.needs[i]
        state.held[profile, here] -= 1
        state.load[problem.row_of[profile], here] -= state.held[profile, here] == 0
        state.held[profile, core] += 1
        state.load[problem.row_of[profile], core] += state.held[profile, core] == 1


@compiled(forceinline=True, _nrt=False)
def _send(problem: MoveProblem, state: MoveState, unit: int, left: int) -> None:
    """`unit` sends from where it is now and no longer from the core `left`; penalties of those that listen follow."""
    core, cores = state.core_of[unit], problem.price.shape[1]
    unreached, changed = state.spare[7], state.spare[8]
    for i in range(problem.outgoing_at[unit], problem.outgoing_at[unit + 1]):
        net = problem.outgoing[i]
        listening, rate, count = state.listening[net], problem.rate[net], 0
        state.load[AXONS_OUT, core] += problem.width[net] * (state.reached[net] - (listening[core] > 0))
        if state.penalty.size == 0:
            continue
        for other in range(cores):
            change = rate * (problem.price[core, other] - problem.price[left, other])
            unreached[other] = 0
            if change == 0:
                continue
            if listening[other] < LISTENER:
                unreached[other] = change
                changed[count] = other
                count += 1
            elif listening[other] >> BITS == 1 and listening[other] - LISTENER != unit:
                state.penalty[listening[other] - LISTENER, other] += change
        if count == 0:
            continue
        for j in range(problem.indptr[net], problem.indptr[net + 1]):
            pin = problem.pins[j]
            if pin == unit:
                continue
            penalties = state.penalty[pin]
            if count * _FEW < cores:
                for each in range(count):
                    penalties[changed[each]] += unreached[changed[each]]
            else:  # all one after the other, which takes less time for each
                for other in range(cores):
                    penalties[other] += unreached[other]


@compiled(forceinline=True, _nrt=False)
def exchange(problem: MoveProblem, state: MoveState, unit: int, partner: int) -> tuple[int, int, int]:
    """(delta of price, axons here, axons there): what changes where two units on different cores are exchanged.

    *Here* is the core of `unit`, *there* that of `partner`. It is what changes where each of the two moves alone, which
    is known, but for what both have to do with: a net that both listen to reaches the same cores after as before, and
    what one sends to the other has as far to go.
    """
    here, there = state.core_of[unit], state.core_of[partner]
    delta = change(problem, state, unit, there) + change(problem, state, partner, here)
    unit_here, partner_there = axons(problem, state, unit, here), axons(problem, state, partner, there)
    axons_here = axons(problem, state, partner, here) - unit_here
    axons_there = axons(problem, state, unit, there) - partner_there
    for one, other, left in ((unit, partner, unit_here), (partner, unit, partner_there)):
        own, i = state.core_of[one], problem.incoming_at[one]
        while left > 0:  # axons of nets to which no other unit of its core listens
            net = problem.incoming[i]
            i += 1
            if state.listening[net, own] >> BITS != 1:
                continue
            left -= problem.width[net]
            if _listens(problem, other, net):
                axons_here += (own == here) * problem.width[net]
                axons_there += (own == there) * problem.width[net]
                home = problem.home[net]
                if home != unit and home != partner:
                    sender = state.core_of[home] if home >= 0 else problem.price.shape[1]
                    delta += problem.rate[net] * problem.price[sender, own]
    for sender, receiver in ((unit, partner), (partner, unit)):
        own, away = state.core_of[sender], state.core_of[receiver]
        for k in range(problem.outgoing_at[sender], problem.outgoing_at[sender + 1]):
            net = problem.outgoing[k]
            if _listens(problem, receiver, net):
                alone_away = state.listening[net, away] >> BITS == 1
                alone_own = state.listening[net, own] >> BITS == problem.recurrent[net]
                delta += problem.rate[net] * problem.price[own, away] * (alone_away + alone_own)
    return delta, axons_here, axons_there


@compiled(forceinline=True, _nrt=False)
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


@compiled(forceinline=True, _nrt=False)
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


@compiled(forceinline=True, _nrt=False)
def room(problem: MoveProblem, state: MoveState, unit: int, core: int) -> bool:
    """Whether `core` keeps every limit but that of output axons if `unit` goes there."""
    load, limit, size = state.load, problem.limit, problem.size
    if (
        load[MEMORY, core] + size[MEMORY, unit] > limit[MEMORY, 0]
        or load[NEURONS, core] + size[NEURONS, unit] > limit[NEURONS, 0]
        or load[EVENTS, core] + size[EVENTS, unit] > limit[EVENTS, 0]
    ):
        return False  # most often, and before anything has to be fetched from tables
    more = axons(problem, state, unit, core)
    if (
        load[MEMORY, core] + size[MEMORY, unit] + more * problem.axon_bits[0] > limit[MEMORY, 0]
        or load[AXONS_IN, core] + more > limit[AXONS_IN, 0]
    ):
        return False
    decays, thresholds = 0, 0
    for i in range(problem.needs_at[unit], problem.needs_at[unit + 1]):
        new = state.held[problem.needs[i], core] == 0
        if problem.row_of[problem.needs[i]] == DECAYS:
            decays += new
        else:
            thresholds += new
    return (
        load[DECAYS, core] + decays <= limit[DECAYS, 0] and load[THRESHOLDS, core] + thresholds <= limit[THRESHOLDS, 0]
    )


@compiled(forceinline=True, _nrt=False)
def keep_loads(state: MoveState, here: int, there: int) -> None:
    """Write down in `spare` what moves between two cores change: all loads of the two, and output axons of all."""
    for row in range(7):
        state.spare[row, here] = state.load[row, here]
        state.spare[row, there] = state.load[row, there]
    for core in range(state.load.shape[1]):
        state.spare[AXONS_OUT, core] = state.load[AXONS_OUT, core]


@compiled(forceinline=True, _nrt=False)
def worse(problem: MoveProblem, state: MoveState, here: int, there: int) -> bool:
    """Whether a core exceeds a limit by more than it did at the last `keep_loads`, moves being between these two."""
    for row in range(7):
        for core in (here, there):
            if state.load[row, core] > problem.limit[row, 0] and state.load[row, core] > state.spare[row, core]:
                return True
    load, most, before = state.load[AXONS_OUT], problem.limit[AXONS_OUT, 0], state.spare[AXONS_OUT]
    over = 0
    for core in range(load.size):
        over += (load[core] > most) & (load[core] > before[core])
    return over > 0


@compiled(forceinline=True, _nrt=False)
def _listen(problem: MoveProblem, state: MoveState, unit: int, net: int, core: int, sign: int) -> None:
    """`unit` begins (1) or ceases (-1) to listen to a net on `core`; penalties and axons of all others follow."""
    cores = problem.price.shape[1]
    now = (state.listening[net, core] ^ unit) + sign * LISTENER
    state.listening[net, core] = now
    if state.few.size:
        state.few[core, net] = min(now >> BITS, 2)
    others = (now >> BITS) - (sign > 0)
    if others < 2:
        home, width = problem.home[net], sign * problem.width[net]
        sender = state.core_of[home] if home >= 0 else cores
        if others == 0:
            state.reached[net] += sign
            state.load[AXONS_IN, core] += width
            state.load[MEMORY, core] += width * problem.axon_bits[0]
            if home >= 0 and home != unit and sender != core:
                state.load[AXONS_OUT, sender] += width
        if state.penalty.size:
            price = sign * problem.rate[net] * problem.price[sender, core]
            if others == 1:
                pin = (now ^ unit if sign > 0 else now) & (LISTENER - 1)
                state.axons[pin, core] -= width
                if pin != home:
                    state.penalty[pin, core] -= price
            else:
                for j in range(problem.indptr[net], problem.indptr[net + 1]):
                    state.axons[problem.pins[j], core] -= width
                    state.penalty[problem.pins[j], core] -= price
                state.axons[unit, core] += width  # but for itself and the one that sends
                if unit != home:
                    state.penalty[unit, core] += price
                if problem.recurrent[net] == 1:
                    state.penalty[home, core] += price
            if home >= 0 and home != unit and others == (problem.recurrent[net] == 1 and sender == core):
                penalties, prices, rate = state.penalty[home], problem.price[core], sign * problem.rate[net]
                for other in range(cores):
                    penalties[other] += rate * prices[other]
