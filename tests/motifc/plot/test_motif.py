"""A motif's picture: every link once, the two types told apart twice."""

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch

from motifc.plot import motif, motif_graph
from motifc.plot.theme import EXCITATORY_COLOUR, INHIBITORY_COLOUR
from search.motif import Motif, Wiring
from targets.contracts.errors import InputError

INTRA = np.array([[1, -1], [0, -1]])
ONE = np.array([[0, 1], [0, 0]])


def signs(axes: Axes) -> dict[tuple[int, int], str]:
    """(pre, post) -> the marker there."""
    return {
        (int(x), int(y)): str(line.get_marker())
        for line in axes.lines
        for x, y in zip(*map(np.asarray, line.get_data()), strict=True)
    }


def test_every_link_of_a_matrix_has_its_sign_at_its_place() -> None:
    made = Motif(2, INTRA, "ring", np.stack([ONE, -ONE]))
    axes = motif(made, axes=Figure().add_subplot())
    assert signs(axes) == {(0, 0): "+", (1, 0): "_", (1, 1): "_"}
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("from neuron", "to neuron")
    next_one = motif(made, "next", Figure().add_subplot())
    assert list(signs(next_one).values()) == ["_"]
    assert next_one.get_xlabel() == "from neuron of the next motif"


def test_links_of_a_graph_differ_in_colour_and_in_style() -> None:
    axes = motif_graph(Motif(2, INTRA, "none", np.zeros((0, 2, 2))), Figure().add_subplot())
    found = [patch for patch in axes.patches if isinstance(patch, FancyArrowPatch)]
    looks = sorted((to_hex(patch.get_edgecolor()), str(patch.get_linestyle())) for patch in found)
    vermilion = (INHIBITORY_COLOUR, "(0, (3.5, 1.5))")
    assert looks == sorted([(EXCITATORY_COLOUR, "-"), vermilion, vermilion])


def test_an_arrow_goes_from_pre_to_post() -> None:
    axes = motif_graph(Motif(2, ONE, "none", np.zeros((0, 2, 2))), Figure().add_subplot())
    (arrow,) = [patch for patch in axes.patches if isinstance(patch, FancyArrowPatch)]
    start, end = arrow._posA_posB  # type: ignore[attr-defined]
    assert start[1] < 0 < end[1]  # neuron 0 is at the top, 1 at the bottom


@pytest.mark.parametrize(("wiring", "directions"), [("none", 0), ("ring", 2), ("grid", 4)])
@pytest.mark.parametrize("size", [1, 2, 16])
def test_every_wiring_and_size_is_drawn(wiring: Wiring, directions: int, size: int) -> None:
    lateral = np.zeros((directions, size, size))
    lateral[:, 0] = 1
    axes = motif(Motif(size, np.ones((size, size)), wiring, lateral), axes=Figure().add_subplot())
    assert len(signs(axes)) == size * size


def test_a_direction_that_is_not_there_is_told() -> None:
    with pytest.raises(InputError) as raised:
        motif(Motif(2, INTRA, "ring", np.stack([ONE, -ONE])), "above")
    assert str(raised.value) == (
        "a ring motif has no links from 'above'; it has inside, previous, next, so choose one of them."
    )


def timed(size: int = 2, wiring: Wiring = "ring") -> Motif:
    """A motif with delays: inside 4 steps, then 1 and 8; the last neuron hears its input late."""
    lateral = np.zeros((2, size, size))
    lateral[:, 0, 0] = 1
    late = np.zeros(size, int)
    late[-1] = 16
    return Motif(size, np.ones((size, size)), wiring, lateral, delays=np.array([4, 1, 8]), late=late)


def test_delays_stand_beside_their_links() -> None:
    made = timed()
    labels = [motif(made, links, Figure().add_subplot()).get_xlabel() for links in ("inside", "previous", "next")]
    assert labels == [
        "from neuron, after 4 steps",
        "from neuron of the previous motif, after 1 step",
        "from neuron of the next motif, after 8 steps",
    ]


@pytest.mark.parametrize(("size", "told"), [(2, ["+0", "+16"]), (25, [])])
def test_input_delays_stand_beside_their_rows(size: int, told: list[str]) -> None:
    (beside,) = motif(timed(size), axes=Figure().add_subplot()).child_axes
    assert [str(each.get_text()) for each in beside.get_yticklabels()] == told
    assert beside.get_ylabel() == ("hears its input late by, steps" if told else "hears its input up to 16 steps late")
    assert motif(timed(size), "next", Figure().add_subplot()).child_axes == []


def test_a_graph_tells_its_delays() -> None:
    axes = motif_graph(timed(), Figure().add_subplot())
    assert [str(each.get_text()) for each in axes.texts] == ["0", "+0", "1", "+16", "links take 4 steps"]
    plain = motif_graph(Motif(2, INTRA, "none", np.zeros((0, 2, 2))), Figure().add_subplot())
    assert [str(each.get_text()) for each in plain.texts] == ["0", "1"]
