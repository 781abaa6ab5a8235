"""tiles: where slots lie on the mesh, and how far apart."""

import numpy as np

from compiler.mapping.tiles import distances, tiles_of
from tests.compiler.mapped import small, system


def test_slots_lie_where_the_chip_puts_them_below_the_system_too() -> None:
    chip = system(cores=1, tiles_x=1)
    tiles = tiles_of(chip, range(6))
    assert tiles.dtype == np.int32
    assert tiles.tolist() == [list(chip.position(slot)) for slot in range(6)]
    assert tiles_of(small(), ()).shape == (0, 2)


def test_distances_are_counted_along_x_and_y() -> None:
    tiles = np.array([[0, 0], [3, 1], [1, 4]], np.int32)
    assert distances(tiles).tolist() == [[0, 4, 5], [4, 0, 5], [5, 5, 0]]
