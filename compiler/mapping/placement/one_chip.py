"""on_one_chip: placement on the tiles of one chip."""

import numpy as np

from compiler.mapping.placement.local_search import KICKS, WINDOW, local_search
from compiler.mapping.placement.spectral import spectral_start
from compiler.mapping.tiles import distances
from targets.contracts.arrays import Array, Floats


def on_one_chip(traffic: Floats, slots: Array, seed: int, kicks: int = KICKS) -> Array:
    """Tile of every core, int [core, 2], from symmetric `traffic` [core, core] and all tiles `slots` [slot, 2].

    The better of two local searches (`local_search`): from the geometry of the traffic and, up to 512 slots, from the
    order of cores.
    """
    starts = [spectral_start(traffic, slots)]
    if len(slots) <= WINDOW:
        starts.append(np.arange(len(slots)))
    found = [local_search(traffic, slots, start, seed, kicks) for start in starts]
    return slots[min(found, key=lambda slot_of: assignment_cost(traffic, slots, slot_of))[: len(traffic)]]


def assignment_cost(traffic: Floats, slots: Array, slot_of: Array) -> float:
    """Sum of traffic times distance, in tiles along x and y, with cores in the slots `slot_of` [core or more]."""
    return float((traffic * distances(slots[slot_of[: len(traffic)]])).sum())
