"""place: cores get tiles of the mesh, so that messages travel few tiles."""

from dataclasses import replace

import numpy as np

from compiler.ir.hypergraph import Hypergraph
from compiler.mapping.loads import between
from compiler.mapping.placement.chips_first import chips_first
from compiler.mapping.placement.local_search import local_search, search_chips
from compiler.mapping.placement.one_chip import assignment_cost, on_one_chip
from compiler.mapping.placement.spectral import spectral_start
from compiler.mapping.state import ChipMapping
from compiler.mapping.tiles import tiles_of
from targets.contracts.arrays import Array, Floats
from targets.contracts.chip import ChipSpec

# Spikes may travel so many times farther where fewer go from chip to chip. Links between chips carry far less than the
# mesh of a chip (5 TB/s and 3.5 PB/s in Intel's Hala Point, 2024); what a message between chips costs is unpublished.
_DETOUR = 1.05


def place(hypergraph: Hypergraph, mapping: ChipMapping, chip: ChipSpec, seed: int = 0) -> ChipMapping:
    """Choose the tiles of `mapping` anew so that spikes travel few: the least sum of rate times distance.

    Distance is counted in tiles along x and y, from chip to chip as on one. On one chip, a start from the geometry of
    the traffic and, up to 512 slots, another in the order of cores are improved by exchanging cores and by a fixed
    number of random kicks; the better is taken. What needs more is spread over the fewest chips: cores get chips first,
    so that little is sent between them, or lie as geometry wants them; then they are exchanged on each chip, and last
    across chips too. Of both, that with fewer messages between chips is taken unless spikes travel over 5 % farther.
    A mapping that breaks a limit or has more cores than the system is returned as it is, for `targets.program.check` to
    refuse. The same input and seed give the same placement.
    """
    cores, room = mapping.cores, chip.cores.value
    slots = tiles_of(chip, range(room))
    if mapping.loads.overuse > 1 or cores > chip.system_cores:
        return mapping
    if cores <= room and np.all(slots[:cores] == slots[:1]):
        return replace(mapping, tiles=slots[:cores])
    sent = between(hypergraph, mapping.core_of, cores)
    traffic = sent + sent.T
    tiles = _on_several_chips(traffic, chip, seed) if cores > room else on_one_chip(traffic, slots, seed)
    return replace(mapping, tiles=tiles)


def _on_several_chips(traffic: Floats, chip: ChipSpec, seed: int) -> Array:
    """Tile of every core on the fewest chips that hold them, from symmetric traffic [core, core]."""
    cores, room = len(traffic), chip.cores.value
    slots, start = chips_first(traffic, chip, seed)
    starts = [search_chips(traffic, slots, each, room, seed) for each in (start, spectral_start(traffic, slots))]
    found = [local_search(traffic, slots, each, seed) for each in starts]
    most = _DETOUR * min(assignment_cost(traffic, slots, slot_of) for slot_of in found)
    near = [slot_of for slot_of in found if assignment_cost(traffic, slots, slot_of) <= most]
    return slots[min(near, key=lambda slot_of: _between_chips(traffic, slot_of[:cores] // room))[:cores]]


def _between_chips(traffic: Floats, chip_of: Array) -> float:
    return float(traffic[chip_of[:, None] != chip_of[None]].sum())
