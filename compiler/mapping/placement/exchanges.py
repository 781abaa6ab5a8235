"""Exchanges: two cores swap their slots, with the exact change of cost of every swap."""

from typing import NamedTuple

from targets.contracts.arrays import Array, Floats
from targets.contracts.jit import compiled


class Assignment(NamedTuple):
    """Cores in as many slots; `slot_of` and `cost_at` are changed by `exchange`, all numbers are whole.

    traffic   [core, core]: symmetric
    distance  [slot, slot]: symmetric
    slot_of   [core]: slot of every core
    cost_at   [core, slot]: cost of a core's traffic were it in a slot, other cores as they are
    """

    traffic: Floats
    distance: Floats
    slot_of: Array
    cost_at: Floats


@compiled
def descend(assignment: Assignment) -> float:
    """Make the best exchange until none helps, of equal ones that of the first cores; the change of cost."""
    traffic, distance, slot_of, cost_at = assignment
    busy = slot_of.size  # what comes last may be empty slots, which have nothing to gain from each other
    while busy > 0 and not cost_at[busy - 1].any():
        busy -= 1
    change = 0.0
    while True:
        least, first, second = 0.0, -1, -1
        for a in range(busy):
            p = slot_of[a]
            for b in range(a + 1, slot_of.size):
                q = slot_of[b]
                delta = (
                    cost_at[a, q] + cost_at[b, p] - cost_at[a, p] - cost_at[b, q] + 2 * traffic[a, b] * distance[p, q]
                )
                if delta < least:
                    least, first, second = delta, a, b
        if first < 0:
            return change
        change += exchange(assignment, first, second)


@compiled
def exchange(assignment: Assignment, a: int, b: int) -> float:
    """Exchange the slots of two cores; the change of cost."""
    traffic, distance, slot_of, cost_at = assignment
    p, q = slot_of[a], slot_of[b]
    change = cost_at[a, q] + cost_at[b, p] - cost_at[a, p] - cost_at[b, q] + 2 * traffic[a, b] * distance[p, q]
    slot_of[a], slot_of[b] = q, p
    for core in range(slot_of.size):
        moved = traffic[core, a] - traffic[core, b]
        if moved != 0:
            for slot in range(slot_of.size):
                cost_at[core, slot] += moved * (distance[q, slot] - distance[p, slot])
    return float(change)
