"""chip_map: every core once, where it sits; routes: the wider the more."""

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, Rectangle

from compiler.analysis.core_loads import core_loads
from compiler.pipeline import compile_network
from motifc.plot import chip_map, routes
from motifc.plot.chip_map import core_places, extent, strongest
from targets.contracts.chip import Limit, chip_named
from targets.program.program import Program
from tests.networks import random_network


@pytest.fixture(scope="module")
def program() -> Program:
    """On several cores, as each holds few neurons."""
    from dataclasses import replace

    few = replace(chip_named("loihi2"), neurons_per_core=Limit(8, "neurons", "this test"))
    return compile_network(random_network(0), few)


def test_every_core_is_a_square_on_its_tile(program: Program) -> None:
    axes = chip_map(program, "neurons", axes=Figure().add_subplot())
    squares = [patch for patch in axes.patches if isinstance(patch, Rectangle)]
    assert [patch.get_gid() for patch in squares] == [f"core-{number}" for number in range(len(program.cores))]
    places, _ = core_places(program)
    assert len(np.unique(places, axis=0)) == len(program.cores) > 3
    tiles = np.array([(core.x, core.y) for core in program.cores])
    assert (np.abs(places - tiles) < 0.5).all()
    assert [text.get_text() for text in axes.texts] == [f"{number}" for number in range(len(program.cores))]


def test_the_whole_chip_is_drawn_where_it_is_small(program: Program) -> None:
    (left, right), (top, bottom) = extent(program)
    assert (right - left + 1) * (bottom - top + 1) * program.chip.cores_per_tile.value == program.chip.cores.value


def test_routes_are_drawn_by_weight(program: Program) -> None:
    between = core_loads(program).between
    pairs = strongest(between)
    assert len(pairs) == np.count_nonzero(between)
    axes = routes(program, axes=Figure().add_subplot())
    arrows = [patch for patch in axes.patches if isinstance(patch, FancyArrowPatch)]
    widths = [arrow.get_linewidth() for arrow in arrows]
    assert len(widths) == len(pairs)
    assert widths == sorted(widths, reverse=True)
    assert arrows[0].get_gid() == "route-{}-{}".format(*pairs[0])
