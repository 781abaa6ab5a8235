"""Places: cores in places, which exchange them by twos, with the exact change of cost of every exchange."""

from typing import NamedTuple

import numba

from targets.contracts.arrays import Array, Floats


class Places(NamedTuple):
    """Cores in as many places; `at` and `if_at` are changed by `exchange`, all figures are whole numbers.

    traffic   [core, core]: symmetric
    distance  [place, place]: symmetric
    at        [core]: place of every core
    if_at     [core, place]: cost of a core's traffic were it in a place, other cores as they are
    """

    traffic: Floats
    distance: Floats
    at: Array
    if_at: Floats


@numba.njit(cache=True)
def descend(places: Places) -> float:
    """Make the best exchange until none helps, of equal ones that of the first cores; the change of cost."""
    traffic, distance, at, if_at = places
    busy = at.size  # what comes last may be empty places, which have nothing to gain from each other
    while busy > 0 and not if_at[busy - 1].any():
        busy -= 1
    change = 0.0
    while True:
        least, first, second = 0.0, -1, -1
        for a in range(busy):
            p = at[a]
            for b in range(a + 1, at.size):
                q = at[b]
                delta = if_at[a, q] + if_at[b, p] - if_at[a, p] - if_at[b, q] + 2 * traffic[a, b] * distance[p, q]
                if delta < least:
                    least, first, second = delta, a, b
        if first < 0:
            return change
        change += exchange(places, first, second)


@numba.njit(cache=True)
def exchange(places: Places, a: int, b: int) -> float:
    """Exchange the places of two cores; the change of cost."""
    traffic, distance, at, if_at = places
    p, q = at[a], at[b]
    change = if_at[a, q] + if_at[b, p] - if_at[a, p] - if_at[b, q] + 2 * traffic[a, b] * distance[p, q]
    at[a], at[b] = q, p
    for core in range(at.size):
        moved = traffic[core, a] - traffic[core, b]
        if moved != 0:
            for place in range(at.size):
                if_at[core, place] += moved * (distance[q, place] - distance[p, place])
    return float(change)
