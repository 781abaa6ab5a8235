"""place: cores get tiles of the mesh."""

import numpy as np

from compiler.mapping import Partition, Placement
from targets.chip import ChipSpec


def place(partition: Partition, chip: ChipSpec) -> Placement:
    """Row-major: core n goes to tile n / cores_per_tile, row after row."""
    tiles = [chip.position(core) for core in range(partition.cores)]
    return Placement(np.array(tiles, dtype=np.int32).reshape(-1, 2))
