"""Partition and Placement: which neuron is on which core, and where the cores are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from targets.contracts.arrays import Ints, readonly


@dataclass(frozen=True, eq=False)
class Partition:
    """Core of every neuron: population -> int32 [neuron], cores numbered from 0 without gaps.

    `split` names the motifs that fit no core and were cut into neurons: population -> int32 [motif].
    """

    core_of: Mapping[str, Ints]
    split: Mapping[str, Ints] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for key, what in (("core_of", "cores of"), ("split", "split motifs of")):
            arrays = {
                name: readonly(values, np.int32, f"{what} population {name!r}")
                for name, values in getattr(self, key).items()
            }
            object.__setattr__(self, key, MappingProxyType(arrays))

    @property
    def cores(self) -> int:
        """Number of cores."""
        return 1 + max((int(cores.max(initial=-1)) for cores in self.core_of.values()), default=-1)


@dataclass(frozen=True, eq=False)
class Placement:
    """Tile (x, y) of every core: int32 [core, 2]."""

    tiles: Ints

    def __post_init__(self) -> None:
        object.__setattr__(self, "tiles", readonly(self.tiles, np.int32, "tiles of cores", 2))
