"""place: cores get tiles of the mesh."""

import numpy as np

from compiler.ir.hypergraph import Hypergraph
from compiler.mapping.partitioning.loads import between
from compiler.mapping.placement.chips_first import chips_first
from compiler.mapping.placement.local_search import local_search, search_chips
from compiler.mapping.placement.one_chip import on_one_chip, tiles_of, way
from compiler.mapping.placement.spectral import spectral_start
from compiler.mapping.state import Partition, Placement
from targets.contracts.arrays import Array, Floats
from targets.contracts.chip import ChipSpec

# Spikes may travel so many times farther where fewer go from chip to chip. Links between chips carry far less than the
# mesh of a chip (5 TB/s and 3.5 PB/s in Intel's Hala Point, 2024); what a message between chips costs is unpublished.
_DETOUR = 1.05


def place(hypergraph: Hypergraph, partition: Partition, chip: ChipSpec, seed: int = 0) -> Placement:
    """Tiles for the cores of `partition` so that spikes travel few tiles: the least sum of rate times distance.

    Distance is counted in tiles along x and y, from chip to chip as on one. On one chip, a start from the geometry of
    the traffic and, up to 512 places, another in the order of cores are improved by exchanging cores and by a fixed
    number of random kicks; the better is taken. What needs more is spread over the fewest chips: cores get chips first,
    so that little is sent between them, or lie as geometry wants them; then they are exchanged on each chip, and last
    across chips too. Of both, that with fewer messages between chips is taken unless spikes travel over 5 % farther.
    More cores than the system has get tiles below it, which `targets.program.check` refuses. The same input and seed
    give the same placement. `partition` must cut between units.
    """
    cores, room = partition.cores, chip.cores.value
    slots = tiles_of(chip, range(room))
    if cores <= room and np.all(slots[:cores] == slots[:1]):
        return Placement(slots[:cores].reshape(-1, 2))
    sent = between(hypergraph, hypergraph.of_units(partition), cores)
    both = sent + sent.T
    return Placement(_on_several(both, chip, seed) if cores > room else on_one_chip(both, slots, seed))


def _on_several(both: Floats, chip: ChipSpec, seed: int) -> Array:
    """Tile of every core on the fewest chips that hold them."""
    cores, room = len(both), chip.cores.value
    slots, start = chips_first(both, chip, seed)
    starts = [search_chips(both, slots, each, room, seed) for each in (start, spectral_start(both, slots))]
    found = [local_search(both, slots, each, seed) for each in starts]
    most = _DETOUR * min(way(both, slots, slot_of) for slot_of in found)
    near = [slot_of for slot_of in found if way(both, slots, slot_of) <= most]
    return slots[min(near, key=lambda slot_of: _between_chips(both, slot_of[:cores] // room))[:cores]]


def _between_chips(both: Floats, chip_of: Array) -> float:
    return float(both[chip_of[:, None] != chip_of[None]].sum())
