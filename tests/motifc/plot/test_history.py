"""history: curves told apart without colour, nothing invented."""

import pytest
from matplotlib.figure import Figure

from motifc.plot import history
from search.history import History
from targets.contracts.errors import InputError


def test_every_figure_is_a_curve_of_a_look_of_its_own() -> None:
    told = History("rung", ({"a": 1.0, "b": 2.0}, {"a": 2.0}))
    axes = history(told, axes=Figure().add_subplot())
    assert axes.get_xlabel() == "rung"
    assert [line.get_label() for line in axes.lines] == ["a", "b"]
    assert axes.lines[0].get_ydata().tolist() == [1.0, 2.0]  # type: ignore[union-attr]
    assert len({(line.get_linestyle(), line.get_marker()) for line in axes.lines}) == 2


def test_rounding_is_not_drawn_as_a_change() -> None:
    told = History("epoch", ({"messages": 8.634077}, {"messages": 8.634078}))
    low, high = history(told, axes=Figure().add_subplot()).get_ylim()
    assert high - low == pytest.approx(0.08634, rel=0.01)


def test_a_figure_that_is_not_there_is_told() -> None:
    with pytest.raises(InputError, match=r"^the history has no figure 'x'; it has a, so choose of these\.$"):
        history(History("epoch", ({"a": 1.0},)), "x")
