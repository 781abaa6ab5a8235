"""Plots become SVG elements of the page."""

import re
import sys
import xml.etree.ElementTree as ElementTree

import pytest

from motifc.plot.theme import EXCITATORY_COLOUR, INK
from motifc.report.drawing import drawn
from tests.motifc.report.balance import Balance


def element(name: str, label: str = "u") -> str:
    def draw(axes: object) -> None:
        (line,) = axes.plot([0, 1, 0], color=EXCITATORY_COLOUR, label=label)  # type: ignore[attr-defined]
        line.set_gid("line")
        axes.set_xlabel(label)  # type: ignore[attr-defined]

    (drawing,) = drawn(name, "current u over time", draw, hover={"line": "<here>"})
    assert drawing.caption == "current u over time"
    return drawing.svg


def test_a_drawing_is_an_element_that_can_be_read_out() -> None:
    svg = element("a")
    assert svg.startswith('<svg role="img" aria-label="current u over time" ')
    assert svg.endswith("</svg>")
    assert Balance(svg).open == []
    ElementTree.fromstring(svg)


def test_text_is_text_in_the_font_of_the_page() -> None:
    svg = element("a", "label of an axis")
    assert ">label of an axis</text>" in svg
    assert "DejaVu" not in svg
    assert "var(--sans)" in svg


def test_colours_are_those_of_the_page() -> None:
    svg = element("a")
    assert "var(--excitatory)" in svg
    assert "var(--ink)" in svg
    assert EXCITATORY_COLOUR not in svg
    assert INK not in svg


def test_hovering_tells() -> None:
    assert re.search(r'<g id="s\w{8}-line"><title>&lt;here&gt;</title>', element("a"))


@pytest.mark.parametrize("label", ["$x$", "<b>", "&amp;", "\U0001f600", "$\\frac{1$"])
def test_any_label_is_drawn_as_its_characters(label: str) -> None:
    texts = [each.text for each in ElementTree.fromstring(element("a", label)).iter() if each.tag.endswith("text")]
    assert label in texts


def test_the_same_drawing_is_the_same_text_and_ids_of_two_do_not_meet() -> None:
    first, second = element("a"), element("b")
    assert first == element("a")
    assert Balance(first).ids
    assert not set(Balance(first).ids) & set(Balance(second).ids)


def test_without_matplotlib_there_is_no_drawing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    assert drawn("a", "nothing", lambda axes: None) == ()
