"""ChipMapping: the one state that partition, place and refine improve."""

from dataclasses import dataclass

import numpy as np

from compiler.ir.hypergraph import Hypergraph
from compiler.mapping.loads import Loads, between, loads
from compiler.mapping.tiles import distances, tiles_of
from targets.contracts.arrays import Array, Ints, readonly
from targets.contracts.chip import ChipSpec
from targets.contracts.errors import InputError


@dataclass(frozen=True, eq=False)
class ChipMapping:
    """The core of every unit of a hypergraph and the tile of every core.

    core_of  [unit]: int64, cores numbered from 0
    tiles    [core, 2]: int32, x and y on the mesh
    loads    what each core then holds, derived from the hypergraph and `core_of`
    """

    core_of: Array
    tiles: Ints
    loads: Loads

    def __post_init__(self) -> None:
        object.__setattr__(self, "core_of", readonly(self.core_of, np.int64, "cores of units"))
        object.__setattr__(self, "tiles", readonly(self.tiles, np.int32, "tiles of cores", 2))
        if self.tiles.shape != (self.loads.cores, 2):
            raise InputError(
                f"tiles of cores have shape {self.tiles.shape} for {self.loads.cores:,} cores; give one (x, y) each."
            )
        if self.core_of.size and not (self.core_of.min() >= 0 and self.core_of.max() < self.cores):
            raise InputError(
                f"units are on cores {self.core_of.min()}..{self.core_of.max()}; there are {self.cores:,}, so run the "
                "pass partition again."
            )

    @property
    def cores(self) -> int:
        """Number of cores."""
        return len(self.tiles)


def mapped(hypergraph: Hypergraph, core_of: Array, tiles: Array, chip: ChipSpec) -> ChipMapping:
    """The mapping with unit u on core `core_of[u]` and that core on `tiles[core_of[u]]`, loads counted."""
    return ChipMapping(core_of, tiles, loads(hypergraph, core_of, chip))


def unplaced(hypergraph: Hypergraph, core_of: Array, chip: ChipSpec) -> ChipMapping:
    """The mapping with unit u on core `core_of[u]`, and cores on the tiles of the chip in order of number."""
    return mapped(hypergraph, core_of, tiles_of(chip, range(int(core_of.max(initial=-1)) + 1)), chip)


def on_one_core(hypergraph: Hypergraph, chip: ChipSpec) -> ChipMapping:
    """The mapping that every chain starts from: all units on the first core, whatever the limits."""
    return unplaced(hypergraph, np.zeros(hypergraph.units, dtype=np.int64), chip)


def hops(hypergraph: Hypergraph, mapping: ChipMapping) -> float:
    """Messages times tiles travelled per step between cores (Manhattan), across chips as within one."""
    return float((between(hypergraph, mapping.core_of, mapping.cores) * distances(mapping.tiles)).sum())


def renumbered(core_of: Array) -> Array:
    """Cores numbered by their first unit, without gaps."""
    _, first, inverse = np.unique(core_of, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[inverse.ravel()]
