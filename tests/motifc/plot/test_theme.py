"""Axes and colours of plots."""

import sys

import pytest
from matplotlib.figure import Figure

from motifc import plot
from motifc.plot.theme import HEAT, ROLES, axes_for, heat, label
from targets.contracts.errors import InputError
from tests.networks import random_spikes


def test_axes_that_are_given_are_drawn_on_and_others_are_made() -> None:
    axes = Figure().add_subplot()
    assert axes_for(axes) is axes
    made = axes_for(None, 3, 2)
    assert made.figure.get_size_inches().tolist() == [3, 2]  # type: ignore[union-attr]


def test_without_matplotlib_the_command_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(InputError) as raised:
        plot.raster(random_spikes(0, 3))
    assert str(raised.value) == (
        'plots need matplotlib, which is not installed; install it with pip install "motifc[plot]".'
    )


def test_every_colour_means_one_thing() -> None:
    assert len(set(ROLES.values())) == len(ROLES)
    assert [heat(share) for share in (0, 0.5, 1)] == [0, 3, len(HEAT) - 1]


def test_a_label_is_one_line_of_characters() -> None:
    assert label("a\nb$x$") == "a\\nb$x$"
    assert len(label("x" * 255)) <= 40
