"""local_search: iterated local search for the slots of cores, by exchanges of two."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from targets.contracts.arrays import Array, Floats

_WHOLE = 2.0**30  # the busiest pair of cores as a whole number: sums of whole numbers do not depend on their order
WINDOW = 512  # slots that are looked at together
KICKS = 400
_KICK_WORK = 6_500_000  # fewer kicks the more slots, so that time does not run away
_KICKED = 4
_ROUNDS = 2


def local_search(traffic: Floats, slots: Array, slot_of: Array, seed: int, kicks: int = KICKS) -> Array:
    """Slot of every core, int [slot], from a start; the entries after the cores are the empty slots.

    `traffic` [core, core] is symmetric, `slots` [slot, 2] the tile of every slot. Up to 512 slots, the best of
    all exchanges is made until none helps; then at most `kicks` times four random slots are shuffled, exchanges made
    again, and the result kept if it is no worse. Above, first the mesh is walked in half-overlapping windows of
    512 slots, each improved with the rest held still. Source: iterated local search, Stützle, "Iterated local
    search for the quadratic assignment problem", European Journal of Operational Research 174 (2006).
    """
    if len(slots) <= WINDOW:
        return _searched(traffic, slots, slot_of, [slice(None)], seed, kicks)
    windows = [slice(start, start + WINDOW) for start in range(0, len(slots) - WINDOW // 2, WINDOW // 2)]
    return _searched(traffic, slots, slot_of, windows * _ROUNDS, seed, kicks)


def search_chips(traffic: Floats, slots: Array, slot_of: Array, room: int, seed: int) -> Array:
    """The same with cores that stay on their chip: one chip of `room` slots after the other, all others held still."""
    chips = [slice(start, start + room) for start in range(0, len(slots), room)]
    return _searched(traffic, slots, slot_of, chips, seed, KICKS)


def _searched(traffic: Floats, slots: Array, slot_of: Array, windows: Sequence[slice], seed: int, kicks: int) -> Array:
    """Exchanges and kicks in one window of slots after the other."""
    whole = np.zeros((len(slots), len(slots)))
    whole[: len(traffic), : len(traffic)] = np.rint(traffic / max(float(traffic.max(initial=0.0)), 1e-300) * _WHOLE)
    rng = np.random.default_rng(seed)
    for window in windows:
        core_at = np.argsort(slot_of)  # core in every slot
        slot_of = _kicked(whole, slots, slot_of, np.sort(core_at[window]), kicks, rng)
    return slot_of


def _kicked(traffic: Floats, slots: Array, slot_of: Array, free: Array, kicks: int, rng: np.random.Generator) -> Array:
    """Descend, then kick and descend at most `kicks` times; the slot of every core.

    Only the cores `free` exchange their slots; the others stay where they are.
    """
    from compiler.mapping.placement.exchanges import Assignment, descend, exchange

    open_slots = slot_of[free]
    fixed = np.setdiff1d(np.arange(len(slots)), free)
    tiles = slots.astype(np.int64)
    between = traffic[np.ix_(free, free)]
    distance = np.abs(tiles[open_slots][:, None] - tiles[open_slots][None]).sum(axis=2).astype(np.float64)
    still = np.abs(tiles[open_slots][:, None] - tiles[slot_of[fixed]][None]).sum(axis=2).astype(np.float64)
    pull = traffic[np.ix_(free, fixed)] @ still.T  # [core, slot]
    assignment = Assignment(between, distance, np.arange(free.size), pull + between @ distance)
    descend(assignment)
    busy = np.flatnonzero(between.any(axis=1) | pull.any(axis=1))
    for _ in range(min(kicks, _KICK_WORK // (free.size * free.size)) if busy.size > _KICKED else 0):
        kept = assignment.slot_of.copy(), assignment.cost_at.copy()
        chosen = rng.choice(busy, _KICKED, replace=False)
        change = sum(exchange(assignment, int(a), int(b)) for a, b in pairwise(chosen))
        change += descend(assignment)
        if change > 0:
            assignment.slot_of[:], assignment.cost_at[:] = kept
    slot_of = slot_of.copy()
    slot_of[free] = open_slots[assignment.slot_of]
    return slot_of
