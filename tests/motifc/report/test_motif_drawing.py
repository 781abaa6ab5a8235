"""A motif's picture: every link once, the two types told apart twice."""

from collections import Counter

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch

from motifc.report.motif_drawing import motif_figure
from search.motif import Motif, Wiring

INTRA = np.array([[1, -1], [0, -1]])
ONE = np.array([[0, 1], [0, 0]])


def links(figure: Figure, axes: int) -> Counter[tuple[str, str]]:
    found = [patch for patch in figure.axes[axes].patches if isinstance(patch, FancyArrowPatch)]
    return Counter((to_hex(patch.get_edgecolor()), str(patch.get_linestyle())) for patch in found)


BLUE, VERMILION = ("#0072b2", "-"), ("#d55e00", "(0, (3.5, 1.5))")


def test_links_differ_in_colour_and_in_style() -> None:
    figure = motif_figure(Motif(2, INTRA, "ring", np.stack([ONE, -ONE])))
    assert [links(figure, axes) for axes in range(3)] == [
        {BLUE: 1, VERMILION: 2},
        {BLUE: 1},
        {VERMILION: 1},
    ]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["2 excitatory links", "3 inhibitory links"]
    signs = [text.get_text() for text in figure.axes[3].texts]
    assert signs == ["+", "\N{MINUS SIGN}", "\N{MINUS SIGN}"]
    assert figure.axes[3].images[0].get_array().tolist() == INTRA.tolist()  # type: ignore[union-attr]


@pytest.mark.slow
@pytest.mark.parametrize(("wiring", "directions"), [("none", 0), ("ring", 2), ("grid", 4)])
@pytest.mark.parametrize("size", [1, 2, 8])
def test_every_wiring_and_size_is_drawn(wiring: Wiring, directions: int, size: int) -> None:
    lateral = np.zeros((directions, size, size))
    lateral[:, 0] = 1
    figure = motif_figure(Motif(size, np.ones((size, size)), wiring, lateral))
    assert links(figure, 0) == {BLUE: size * size}
    assert [links(figure, 1 + axes) for axes in range(directions)] == [{BLUE: size}] * directions
    nodes = [sum(isinstance(patch, Circle) for patch in axes.patches) for axes in figure.axes[: 1 + directions]]
    assert nodes == [size] + [2 * size] * directions


def test_an_arrow_goes_from_pre_to_post() -> None:
    figure = motif_figure(Motif(2, ONE, "ring", np.stack([0 * ONE, 0 * ONE])))
    pre, post = figure.axes[0].patches[1], figure.axes[0].patches[0]
    (arrow,) = [patch for patch in figure.axes[0].patches if isinstance(patch, FancyArrowPatch)]
    assert isinstance(pre, Circle)
    assert isinstance(post, Circle)
    assert arrow._posA_posB == [pre.center, post.center]  # type: ignore[attr-defined]
    assert figure.axes[1].get_title() == "from the previous motif: none"
