"""chip_text: the limits that a program comes nearest to, and where its cores lie, as lines of text."""

from collections import defaultdict

import numpy as np

from targets.contracts.arrays import Array
from targets.contracts.chip import ChipSpec
from targets.program.program import Program
from targets.program.usage import core_limits, usage

_BAR = 20
_CHIPS = 4
"""Chips that are drawn."""


def chip_text(program: Program) -> list[str]:
    """For every limit the core nearest to it, then every chip in use; nothing of a program without cores."""
    if not program.cores:
        return []
    shares, used = _shares(program)
    return [*_limits(program, shares, used), *_map(program, shares)]


def _limits(program: Program, shares: Array, used: Array) -> list[str]:
    """For every limit of a core the core that uses most of it: a bar, how much of how much."""
    lines = [f"limits of a core of {program.chip.name}, each on the core nearest to it"]
    for column, (field, limit) in enumerate(core_limits(program.chip).items()):
        core = int(shares[:, column].argmax())
        share = float(shares[core, column])
        bar = "#" * min(_BAR, round(share * _BAR))
        name = field.replace("_", " ")
        lines.append(
            f"  {name:<18} [{bar:<{_BAR}}] {share:>4.0%}  {used[core, column]:,} of {limit.value:,}, core {core}"
        )
    return lines


def _map(program: Program, shares: Array) -> list[str]:
    """Every chip in use as the mesh of its tiles, a character for each core.

    A digit is how many tenths the core uses of the limit that it is nearest to, rounded down; "#" stands for all of it
    or more, "." for a core that is empty.
    """
    chip, places = program.chip, _places(program)
    lines = ["cores by tile, in tenths of the limit that each is nearest to; . is empty, # full"]
    for number, (which, cores) in enumerate(sorted(places.items())):
        if number == _CHIPS:
            lines.append(f"  and {len(places) - _CHIPS:,} more chips")
            break
        lines.append(f"  chip {which}" if which >= 0 else "  off every chip")
        lines += [f"    {row}" for row in _mesh(chip, cores, shares.max(axis=1))] if which >= 0 else []
    return lines


def _shares(program: Program) -> tuple[Array, Array]:
    """What every core uses, [core, limit]: as a share of the limit, and as it is."""
    limits = core_limits(program.chip)
    used = np.array([[getattr(core, field) for field in limits] for core in usage(program)]).reshape(-1, len(limits))
    return used / np.maximum([limit.value for limit in limits.values()], 1), used


def _places(program: Program) -> dict[int, dict[tuple[int, int], list[int]]]:
    """Chip -> tile (x, y) on it -> numbers of the cores there."""
    chip = program.chip
    places: dict[int, dict[tuple[int, int], list[int]]] = defaultdict(lambda: defaultdict(list))
    for number, core in enumerate(program.cores):
        places[chip.chip_at(core.x, core.y)][core.x % chip.tiles_x.value, core.y % chip.tiles_y].append(number)
    return places


def _mesh(chip: ChipSpec, cores: dict[tuple[int, int], list[int]], shares: Array) -> list[str]:
    """The rows of tiles of one chip, those below the last in use left out."""
    rows = []
    for y in range(1 + max(y for _, y in cores)):
        tiles = []
        for x in range(chip.tiles_x.value):
            held = "".join(_mark(float(shares[number])) for number in cores.get((x, y), []))
            tiles.append(f"{held:.<{chip.cores_per_tile.value}}")
        rows.append(" ".join(tiles))
    return rows


def _mark(share: float) -> str:
    return "#" if share >= 1 else str(int(10 * share))
