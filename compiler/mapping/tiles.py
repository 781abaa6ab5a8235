"""Tiles of a chip's mesh and the distances between them."""

from collections.abc import Iterable

import numpy as np

from targets.contracts.arrays import Array
from targets.contracts.chip import ChipSpec


def tiles_of(chip: ChipSpec, slots: Iterable[int]) -> Array:
    """Tile (x, y) of every slot, the number of a core in the system: int32 [slot, 2]."""
    return np.array([chip.position(slot) for slot in slots], dtype=np.int32).reshape(-1, 2)


def distances(tiles: Array) -> Array:
    """Hops between every two tiles (Manhattan), int64 [tile, tile], from `tiles` int [tile, 2]."""
    wide = tiles.astype(np.int64)
    return np.abs(wide[:, None] - wide[None]).sum(axis=2)
