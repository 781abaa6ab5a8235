"""on_one_chip: cores get the tiles of one chip."""

from collections.abc import Iterable

import numpy as np

from compiler.mapping.placement.local_search import KICKS, WINDOW, local_search
from compiler.mapping.placement.spectral import spectral_start
from targets.contracts.arrays import Array, Floats
from targets.contracts.chip import ChipSpec


def tiles_of(chip: ChipSpec, slots: Iterable[int]) -> Array:
    """Tile (x, y) of every slot, the number of a core in the system: int32 [slot, 2]."""
    return np.array([chip.position(slot) for slot in slots], dtype=np.int32)


def on_one_chip(both: Floats, slots: Array, seed: int, kicks: int = KICKS) -> Array:
    """Tile of every core, int [core, 2], from symmetric traffic `both` [core, core] and all tiles `slots` [slot, 2].

    The better of two local searches (`local_search`): from the geometry of the traffic and, up to 512 places, from the
    order of cores.
    """
    starts = [spectral_start(both, slots)]
    if len(slots) <= WINDOW:
        starts.append(np.arange(len(slots)))
    found = [local_search(both, slots, start, seed, kicks) for start in starts]
    return slots[min(found, key=lambda slot_of: way(both, slots, slot_of))[: len(both)]]


def way(both: Floats, slots: Array, slot_of: Array) -> float:
    """Sum of traffic times distance, in tiles along x and y, with cores in the slots `slot_of` [core or more]."""
    tiles = slots[slot_of[: len(both)]].astype(np.int64)
    return float((both * np.abs(tiles[:, None] - tiles[None]).sum(axis=2)).sum())
