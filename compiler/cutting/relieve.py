"""relieve: units leave cores that exceed a limit."""

import numba
import numpy as np

from compiler.cutting.moves import EVENTS, NEURONS, Moves, move, room


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
