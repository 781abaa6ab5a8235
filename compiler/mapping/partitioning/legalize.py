"""legalize: units leave cores over a limit."""

import numpy as np

from compiler.mapping.partitioning.kernels import crowded, exchange, keep_loads, move, room, worse
from compiler.mapping.partitioning.problem import EVENTS, NEURONS, MoveProblem, MoveState
from targets.contracts.arrays import Array, Floats
from targets.contracts.jit import compiled

_SPREAD = 100_000_000  # listeners that are told of moves, after which cores stay as they are: dense networks take long
_IDLE, _IDLE_CORES = 16, 2  # moves that bring cores no nearer to their limits, for themselves and for each core
_WORTHS, _DEARER, _LUMP = 8, 4, 0.25  # what operations are worth is raised so often and so many times
_PAIRS = 32  # that are looked at for each worth


def legalize(problem: MoveProblem, state: MoveState) -> None:
    """Empty cores over a limit, the worst first, each time by the move of the largest gain.

    It ends when every limit is kept, no unit of a core over one finds room elsewhere, or moves no longer help: one that
    costs another core output axons may go round in circles. Synaptic operations come last, so that they are in nobody's
    way; where there is no room for a busy unit, it is exchanged for an idler one. What an operation is worth begins at
    the messages that it comes with. Tables of penalties and axons are there.
    """
    others = problem.limit.copy()
    others[EVENTS] = max(others[EVENTS, 0], problem.size[EVENTS].sum())
    others.flags.writeable = False
    cores, operations = problem.price.shape[1], problem.size[EVENTS]
    for each in (problem._replace(limit=others), problem):
        stuck, banned = np.zeros(cores, dtype=np.bool_), np.zeros(cores, dtype=np.bool_)
        lumps = operations.max() > _LUMP * each.limit[EVENTS, 0]  # units too busy to be spread
        worth = 0.0 if lumps else float(problem.rate.sum()) / max(int(operations.sum()), 1)
        _spread(each, state, worth, stuck, banned, np.zeros(cores))


@compiled(_nrt=False)
def _spread(problem: MoveProblem, state: MoveState, worth: float, stuck: Array, banned: Array, costs: Floats) -> None:
    """Move units away from cores over a limit, as long as that brings them nearer and does not take too long.

    Units are exchanged where an operation is worth something, at first `worth`. `stuck` [core] are cores that no unit
    can leave, none at first; `banned` and `costs` [core] are room to work in.
    """
    cores = problem.price.shape[1]
    told = problem.pins.size * problem.pins.size // max(problem.home.size * state.core_of.size, 1)  # by a mean move
    least, idle = np.inf, 0
    for _ in range(min(state.core_of.size, _SPREAD // max(told, 1))):
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
        stuck[core] = not _leave(problem, state, core) and not _trade(problem, state, core, worth, banned, costs)


@compiled(_nrt=False)
def _leave(problem: MoveProblem, state: MoveState, core: int) -> bool:
    """Move the unit of the largest gain for its operations away from `core`; whether one could go."""
    busy = state.load[EVENTS, core] > problem.limit[EVENTS, 0]
    leaving, goal, most = -1, -1, -np.inf
    for unit in range(state.core_of.size):
        if state.core_of[unit] != core:
            continue
        if state.load[NEURONS, core] == problem.size[NEURONS, unit]:
            return False
        own = state.penalty[unit, core]
        for other in range(problem.price.shape[1]):
            saved = own - state.penalty[unit, other]
            gain = saved / max(problem.size[EVENTS, unit], 1) if busy else float(saved)
            if gain > most and other != core and room(problem, state, unit, other):
                leaving, goal, most = unit, other, gain
    if leaving >= 0:
        move(problem, state, leaving, goal)
    return leaving >= 0


@compiled(_nrt=False)
def _trade(problem: MoveProblem, state: MoveState, core: int, worth: float, banned: Array, costs: Floats) -> bool:
    """Exchange a unit of `core`, which has too many operations, for one of fewer on another core; whether one could go.

    Both are chosen by price less what operations are worth, which rises from `worth` until a pair is found.
    """
    cores, limit = problem.price.shape[1], problem.limit[EVENTS, 0]
    partners = state.spare[8]
    for _ in range(0 if worth == 0 or state.load[EVENTS, core] <= limit else _WORTHS):
        banned[:] = False
        for _ in range(min(cores, _PAIRS)):
            least, leaving, coming = np.inf, -1, -1
            costs[:], partners[:] = np.inf, -1
            for unit in range(state.core_of.size):
                other = state.core_of[unit]
                if other != core and not banned[other]:
                    cost = state.penalty[unit, core] - state.penalty[unit, other]
                    cost += worth * problem.size[EVENTS, unit]
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


@compiled(_nrt=False)
def _swap(problem: MoveProblem, state: MoveState, unit: int, partner: int) -> bool:
    """Exchange two units unless that breaks a limit by more than before; whether it was done."""
    here, there = state.core_of[unit], state.core_of[partner]
    _, axons_here, axons_there = exchange(problem, state, unit, partner)
    crowds = crowded(problem, state, partner, unit, here, axons_here)
    if crowds or crowded(problem, state, unit, partner, there, axons_there):
        return False
    keep_loads(state, here, there)
    move(problem, state, unit, there)
    move(problem, state, partner, here)
    if worse(problem, state, here, there):
        move(problem, state, partner, there)
        move(problem, state, unit, here)
        return False
    return True


@compiled(forceinline=True, _nrt=False)
def _overuse(problem: MoveProblem, state: MoveState, core: int) -> float:
    """Largest use of `core` over its limit."""
    most = 0.0
    for row in range(state.load.shape[0]):
        most = max(most, state.load[row, core] / problem.limit[row, 0])
    return most
