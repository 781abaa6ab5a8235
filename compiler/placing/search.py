"""local_search: cores exchange their places while that shortens the way of spikes, again and again after kicks."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from targets.arrays import Array, Floats

_WHOLE = 2.0**30  # the busiest pair of cores as a whole number: sums of whole numbers do not depend on their order
WINDOW = 512  # places that are looked at together
_KICKS, _KICK_WORK = 400, 6_500_000  # fewer kicks the more places, so that time does not run away
_KICKED = 4
_ROUNDS = 2


def local_search(both: Floats, slots: Array, slot_of: Array, seed: int) -> Array:
    """Slot of every core, int [slot], from a start; the entries after the cores are the empty places.

    `both` [core, core] is symmetric traffic, `slots` [slot, 2] the tile of every place. Up to 512 places, the best of
    all exchanges is made until none helps; then a fixed number of times four random places are shuffled, exchanges
    made again, and the result kept if it is no worse. Above, first the mesh is walked in half-overlapping windows of
    512 places, each improved with the rest held still. Source: iterated local search, Stützle, "Iterated local
    search for the quadratic assignment problem", European Journal of Operational Research 174 (2006).
    """
    if len(slots) <= WINDOW:
        return _searched(both, slots, slot_of, [slice(None)], seed)
    windows = [slice(start, start + WINDOW) for start in range(0, len(slots) - WINDOW // 2, WINDOW // 2)]
    return _searched(both, slots, slot_of, windows * _ROUNDS, seed)


def search_chips(both: Floats, slots: Array, slot_of: Array, room: int, seed: int) -> Array:
    """The same with cores that stay on their chip: one chip of `room` places after the other, all others held still."""
    chips = [slice(start, start + room) for start in range(0, len(slots), room)]
    return _searched(both, slots, slot_of, chips, seed)


def _searched(both: Floats, slots: Array, slot_of: Array, windows: Sequence[slice], seed: int) -> Array:
    """Exchanges and kicks in one window of places after the other."""
    whole = np.zeros((len(slots), len(slots)))
    whole[: len(both), : len(both)] = np.rint(both / max(float(both.max(initial=0.0)), 1e-300) * _WHOLE)
    rng = np.random.default_rng(seed)
    for window in windows:
        at = np.argsort(slot_of)  # core in every place
        slot_of = _Exchanges(whole, slots, slot_of, np.sort(at[window])).kicked(rng)
    return slot_of


class _Exchanges:
    """Some cores that may exchange their places; the others stay where they are.

    `_if_at` [core, core]: cost of the first core's traffic were it in the second's place, other cores as they are.
    """

    def __init__(self, traffic: Floats, slots: Array, slot_of: Array, free: Array) -> None:
        self._slot_of, self._free, self._slots = slot_of.copy(), free, slots
        self._traffic = traffic[np.ix_(free, free)]
        self._own = slot_of[free]
        fixed = np.setdiff1d(np.arange(len(slots)), free)
        tiles = slots.astype(np.int64)
        self._distance = np.abs(tiles[self._own][:, None] - tiles[self._own][None]).sum(axis=2).astype(np.float64)
        self._at = np.arange(free.size)  # place of each free core, an index into _own
        still = np.abs(tiles[self._own][:, None] - tiles[slot_of[fixed]][None]).sum(axis=2).astype(np.float64)
        self._pull = traffic[np.ix_(free, fixed)] @ still.T  # [core, place]
        self._if_at = self._pull + self._traffic @ self._distance

    def kicked(self, rng: np.random.Generator) -> Array:
        """Descend, then kick and descend a fixed number of times; the slot of every core."""
        self._descend()
        size = self._free.size
        busy = np.flatnonzero(self._traffic.any(axis=1) | self._pull.any(axis=1))
        kicks = min(_KICKS, _KICK_WORK // (size * size)) if busy.size > _KICKED else 0
        for _ in range(kicks):
            kept = self._at.copy(), self._if_at.copy()
            chosen = rng.choice(busy, _KICKED, replace=False)
            change = sum(self._exchange(int(a), int(b)) for a, b in pairwise(chosen))
            change += self._descend()
            if change > 0:
                self._at, self._if_at = kept
        slot_of = self._slot_of.copy()
        slot_of[self._free] = self._own[self._at]
        return slot_of

    def _descend(self) -> float:
        """Make the best exchange until none helps; the change of cost."""
        change = 0.0
        while True:
            deltas = self._deltas()
            best = int(np.argmin(deltas))
            a, b = divmod(best, len(deltas))
            if deltas[a, b] >= 0:
                return change
            change += self._exchange(a, b)

    def _deltas(self) -> Floats:
        """Change of cost by every exchange, [core, core]."""
        if_at = self._if_at[:, self._at]
        own = np.diagonal(if_at)
        deltas = if_at + if_at.T
        deltas -= own[:, None]
        deltas -= own[None]
        deltas += 2 * self._traffic * self._distance[np.ix_(self._at, self._at)]
        return deltas

    def _exchange(self, a: int, b: int) -> float:
        """Exchange the places of two cores; the change of cost."""
        p, q = int(self._at[a]), int(self._at[b])
        change = (
            self._if_at[a, q]
            + self._if_at[b, p]
            - self._if_at[a, p]
            - self._if_at[b, q]
            + 2 * self._traffic[a, b] * self._distance[p, q]
        )
        self._at[a], self._at[b] = q, p
        moved = self._traffic[:, a] - self._traffic[:, b]
        self._if_at += moved[:, None] * (self._distance[q] - self._distance[p])[None]
        return float(change)
