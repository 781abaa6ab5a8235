"""place: cores get tiles of the mesh."""

from collections.abc import Mapping

import numpy as np

from compiler.ir import IntGraph
from compiler.mapping import Partition, Placement
from compiler.placing.search import WINDOW, local_search
from compiler.placing.spectral import spectral_start
from compiler.traffic import traffic
from targets.arrays import Array, Floats
from targets.chip import ChipSpec


def place(
    graph: IntGraph,
    partition: Partition,
    chip: ChipSpec,
    seed: int = 0,
    rates: Mapping[str, Floats] | None = None,
) -> Placement:
    """Tiles for the cores of `partition` so that spikes travel few tiles: the least sum of rate times distance.

    Distance is counted in tiles along x and y. A start from the geometry of the traffic and, up to 512
    places, another in the order of cores are improved by exchanging cores and by a fixed number of random kicks; the
    better is taken. `rates` as in
    `partition`. More cores than the chip has get tiles below it, which `targets.check` refuses. The same input and
    seed give the same placement.
    """
    cores = partition.cores
    slots = np.array([chip.position(slot) for slot in range(max(cores, chip.cores.value))], dtype=np.int32)
    if np.all(slots[:cores] == slots[:1]):
        return Placement(slots[:cores].reshape(-1, 2))
    between = traffic(graph, partition, rates).between
    both = between + between.T
    starts = [spectral_start(both, slots)]
    if len(slots) <= WINDOW:
        starts.append(np.arange(len(slots)))
    found = [local_search(both, slots, start, seed) for start in starts]
    return Placement(slots[min(found, key=lambda slot_of: _cost(both, slots, slot_of))[:cores]])


def _cost(both: Floats, slots: Array, slot_of: Array) -> float:
    tiles = slots[slot_of[: len(both)]].astype(np.int64)
    return float((both * np.abs(tiles[:, None] - tiles[None]).sum(axis=2)).sum())
