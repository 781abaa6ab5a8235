"""chip_map: the cores of a program where they sit on the mesh; routes: what they send to one another."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from compiler.analysis.core_loads import CoreLoads, core_loads
from motifc.plot.theme import EXCITATORY_COLOUR, FAINT, HEAT, INK, MUTED, NO_LINK, ON_HEAT, axes_for, heat
from targets.contracts.arrays import Floats
from targets.program.program import Program

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Load = Literal["neurons", "memory", "axons_in", "axons_out", "operations", "traffic"]
_LABELLED = 64
"""Cores up to which each shows its number."""
_TILES = 32
"""Tiles up to which whole chips are drawn."""
_ROUTES = 200
"""Routes that are drawn, those with the most spikes."""


def chip_map(
    program: Program, load: Load = "neurons", loads: CoreLoads | None = None, axes: "Axes | None" = None
) -> "Axes":
    """Every core as a square of its tile, darker with more of a load; numbers are those of cores.

    `loads` are those that `core_loads` gave for spikes; where there are none, 3 % of the steps are assumed.
    """
    axes = axes_for(axes, 4.7, 3.6)
    from matplotlib.patches import Rectangle

    values: Floats = getattr(core_loads(program) if loads is None else loads, load)
    places, side = core_places(program)
    most = float(values.max(initial=0.0))
    _tiles(axes, program)
    for number, ((x, y), value) in enumerate(zip(places.tolist(), values.tolist(), strict=True)):
        step = heat(value / most if most else 0.0)
        square = Rectangle((x - side / 2, y - side / 2), side, side, facecolor=HEAT[step], edgecolor=MUTED)
        square.set_linewidth(0.6)
        square.set_gid(f"core-{number}")
        axes.add_patch(square)
        if len(places) <= _LABELLED:
            axes.text(x, y, f"{number}", ha="center", va="center_baseline", fontsize=9, color=ON_HEAT[step])
    _mesh(axes, program)
    return axes


def routes(program: Program, loads: CoreLoads | None = None, axes: "Axes | None" = None) -> "Axes":
    """An arrow from core to core, the wider the more spikes go there; of many the widest alone."""
    axes = axes_for(axes, 4.7, 3.6)
    from matplotlib.patches import FancyArrowPatch, Rectangle

    between = (core_loads(program) if loads is None else loads).between
    places, side = core_places(program)
    _tiles(axes, program)
    for number, (x, y) in enumerate(places.tolist()):
        square = Rectangle((x - side / 2, y - side / 2), side, side, facecolor=NO_LINK, edgecolor=MUTED, linewidth=0.6)
        square.set_gid(f"core-{number}")
        axes.add_patch(square)
        if len(places) <= _LABELLED:
            axes.text(x, y, f"{number}", ha="center", va="center_baseline", fontsize=9, color=INK, zorder=5)
    most = float(between.max(initial=0.0))
    for source, target in strongest(between)[:_ROUTES]:
        width = 0.4 + 2.6 * float(between[source, target]) / most
        arrow = FancyArrowPatch(
            tuple(places[source]),
            tuple(places[target]),
            connectionstyle="arc3,rad=0.15",
            arrowstyle="-|>",
            mutation_scale=5 + 2 * width,
            linewidth=width,
            color=EXCITATORY_COLOUR,
            alpha=0.75,
        )
        arrow.set_gid(f"route-{source}-{target}")
        axes.add_patch(arrow)
    _mesh(axes, program)
    return axes


def strongest(between: Floats) -> list[tuple[int, int]]:
    """(source, target) of all routes with any spike, those with the most first."""
    source, target = np.nonzero(between)
    order = np.argsort(-between[source, target], kind="stable")
    return list(zip(source[order].tolist(), target[order].tolist(), strict=True))


def core_places(program: Program) -> tuple[Floats, float]:
    """(x, y) of every core's middle on the mesh of tiles, float64 [core, 2], and the side of its square."""
    per_row = max(1, math.ceil(math.sqrt(program.chip.cores_per_tile.value)))
    side = 0.88 / per_row
    held: dict[tuple[int, int], int] = {}
    places = np.zeros((len(program.cores), 2))
    for number, core in enumerate(program.cores):
        within = held.get((core.x, core.y), 0)
        held[core.x, core.y] = within + 1
        row, column = divmod(within, per_row)
        places[number] = core.x - 0.44 + side * (column + 0.5), core.y - 0.44 + side * (row + 0.5)
    return places, side * 0.94


def extent(program: Program) -> tuple[tuple[int, int], tuple[int, int]]:
    """(least, most) x and y of what is drawn: all tiles of the chips in use, or of many those around the cores."""
    chip = program.chip
    xs, ys = [core.x for core in program.cores], [core.y for core in program.cores]
    wide, high = chip.tiles_x.value, chip.tiles_y
    across, down = (
        (min(each) // size * size, (max(each) // size + 1) * size - 1) for each, size in ((xs, wide), (ys, high))
    )
    if (across[1] - across[0] + 1) * (down[1] - down[0] + 1) <= _TILES:
        return across, down
    return _around(xs, across), _around(ys, down)


def _around(used: Sequence[int], there: tuple[int, int]) -> tuple[int, int]:
    """From one before the first to one after the last of those used, where they are there."""
    return max(there[0], min(used) - 1), min(there[1], max(used) + 1)


def _tiles(axes: "Axes", program: Program) -> None:
    """An empty frame for every tile."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path
    from matplotlib.transforms import Affine2D

    (left, right), (top, bottom) = extent(program)
    frames = [
        Path.unit_rectangle().transformed(Affine2D().scale(0.94).translate(x - 0.47, y - 0.47))
        for x in range(left, right + 1)
        for y in range(top, bottom + 1)
        if program.chip.cores_at(x, y)
    ]
    frames_path = Path.make_compound_path(*frames)
    axes.add_patch(PathPatch(frames_path, facecolor="none", edgecolor=FAINT, linewidth=1))


def _mesh(axes: "Axes", program: Program) -> None:
    """Axes that hold all tiles that are drawn, y downwards as rows are counted."""
    (left, right), (top, bottom) = extent(program)
    axes.set(xlim=(left - 0.6, right + 0.6), ylim=(bottom + 0.6, top - 0.6), aspect="equal")
    axes.set(xlabel="tile x", ylabel="tile y")
    axes.set_xticks(range(left, right + 1, 1 + (right - left) // 10))
    axes.set_yticks(range(top, bottom + 1, 1 + (bottom - top) // 10))
