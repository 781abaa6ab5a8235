"""Figures become SVG elements that can share a page and are always the same."""

import sys

import pytest

from motifc.report.drawing import new_figure, svg
from targets.contracts.errors import InputError
from tests.motifc.report.balance import Balance


def drawn(name: str) -> str:
    figure = new_figure(3, 2)
    figure.add_subplot().plot([0, 1, 0], label="u")
    return svg(figure, name, "current u over time")


def test_a_figure_is_an_element_that_can_be_read_out() -> None:
    element = drawn("a")
    assert element.startswith('<svg role="img" aria-label="current u over time" ')
    assert element.endswith("</svg>")
    assert Balance(element).open == []
    assert new_figure(3, 2).get_size_inches().tolist() == [3, 2]


def test_the_same_figure_is_the_same_text() -> None:
    assert drawn("a") == drawn("a")


def test_ids_of_two_figures_do_not_meet() -> None:
    first, second = drawn("a"), drawn("b")
    assert Balance(first).ids
    assert all(name.startswith("a-") for name in Balance(first).ids)
    assert not set(Balance(first).ids) & set(Balance(second).ids)
    assert 'href="#a-' in first
    assert "url(#a-" in first


def test_without_matplotlib_the_command_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(InputError, match=r"needs matplotlib, .*; install it with pip install \"motifc\[plot\]\"\.$"):
        new_figure(1, 1)
