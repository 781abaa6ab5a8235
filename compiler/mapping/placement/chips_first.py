"""chips_first: cores get chips, then a first slot on their chip."""

from math import ceil

import numpy as np

from compiler.mapping.placement.groups import groups
from compiler.mapping.placement.local_search import local_search
from compiler.mapping.placement.spectral import spectral_start
from compiler.mapping.tiles import tiles_of
from targets.contracts.arrays import Array, Floats
from targets.contracts.chip import ChipSpec

_ITERATIONS = 100


def chips_first(traffic: Floats, chip: ChipSpec, seed: int) -> tuple[Array, Array]:
    """(tile of every slot [slot, 2], slot of every core and then every empty slot [slot]), on the fewest chips.

    Cores are partitioned into groups with little `traffic` [core, core] between them, and groups are laid on a block of
    chips as cores are on a mesh of tiles. On its chip a core lies towards those that it talks to, on other chips too.
    Slots are numbered chip after chip. No sum depends on the number of threads.
    """
    room = chip.cores.value
    count = ceil(len(traffic) / room)
    group_of = groups(traffic, count, room, seed)
    member = np.eye(count)[group_of]
    between = np.einsum("ji,jk->ik", member, np.einsum("ij,jk->ik", traffic, member))
    np.fill_diagonal(between, 0)
    block = _block(chip, count)
    corners = tiles_of(chip, (number * room for number in block))
    chosen = local_search(between, corners, spectral_start(between, corners), seed)[:count]
    used = np.sort(chosen)
    slots = tiles_of(chip, (block[k] * room + core for k in used for core in range(room)))
    slot_of = _laid_out(traffic, slots.reshape(count, room, 2), np.searchsorted(used, chosen)[group_of])
    return slots, np.concatenate([slot_of, np.setdiff1d(np.arange(len(slots)), slot_of)])


def _block(chip: ChipSpec, count: int) -> list[int]:
    """Numbers of at least `count` chips in a corner of the mesh, as near to a square of tiles as there are."""
    system, row = max(count, chip.chips.value), chip.chips_x.value
    blocks = []
    for width in range(1, min(count, row) + 1):
        numbers = [number for number in range(system) if number % row < width]
        if len(numbers) >= count:
            height = numbers[count - 1] // row + 1
            x, y = width * chip.tiles_x.value, height * chip.tiles_y
            blocks.append((x + y, abs(x - y), [number for number in numbers if number // row < height]))
    return min(blocks)[2]


def _laid_out(traffic: Floats, tiles: Array, chip_of: Array) -> Array:
    """Slot of every core on its chip, with the tiles of all slots of every chip [chip, slot, 2].

    Cores are drawn to the mean of those they talk to, and the cores of a chip spread over its columns and rows by their
    ranks, a fixed number of times; then each gets a slot of its chip so that squared distances are least.
    """
    from scipy.optimize import linear_sum_assignment

    room = tiles.shape[1]
    walk = traffic / np.maximum(traffic.sum(axis=1, keepdims=True), 1e-300)
    held = [np.flatnonzero(chip_of == number) for number in range(len(tiles))]
    lines = np.sort(tiles, axis=1)
    at = tiles.mean(axis=1)[chip_of]
    for _ in range(_ITERATIONS):
        at = 0.5 * (at + np.einsum("ij,jk->ik", walk, at))
        for cores, line in zip(held, lines, strict=True):
            ranks = np.argsort(np.argsort(at[cores], axis=0, kind="stable"), axis=0, kind="stable")
            spread = np.take_along_axis(line, ranks * room // max(cores.size, 1), axis=0)
            at[cores] = 0.5 * (at[cores] + spread)
    slot_of = np.empty(len(traffic), dtype=np.int64)
    for number, cores in enumerate(held):
        costs = ((at[cores][:, None] - tiles[number][None]) ** 2).sum(axis=2)
        slot_of[cores] = number * room + linear_sum_assignment(costs)[1]
    return slot_of
