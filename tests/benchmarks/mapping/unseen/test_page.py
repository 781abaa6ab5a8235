"""page: the bounds of unseen networks, and the line of each."""

from dataclasses import replace
from typing import Any

import pytest

from benchmarks.mapping.unseen.measure import UnseenRow
from benchmarks.mapping.unseen.networks import Unseen
from benchmarks.mapping.unseen.page import bounds, page

GOOD = UnseenRow(
    Unseen("ring", 4, "uniform", "loihi1", 3), 14, 15, 90.0, 100.0, 8.0, 10.0, 1.0, 1.0, 1.5, 0.1, 1.05, 2.0, 1.0
)


def test_what_is_as_asked_is_met() -> None:
    assert [bound.met for bound in bounds([GOOD, GOOD])] == [True] * 7


@pytest.mark.parametrize(
    ("changed", "missed"),
    [
        ({"messages": 93.0}, [0]),
        ({"messages": 101.0}, [0, 1]),
        ({"hops": 8.3}, [2]),
        ({"hops": 10.6}, [2, 3]),
        ({"imbalance": 1.51}, [4]),
        ({"imbalance": 3.0, "heaviest": 0.26}, []),
        ({"refined": 1.051}, [5]),
        ({"overuse": 1.01}, [6]),
        ({"messages": 101.0, "hops": 20.0, "metis_overuse": 1.01}, []),
    ],
)
def test_what_is_missed_is_said(changed: dict[str, Any], missed: list[int]) -> None:
    found = bounds([replace(GOOD, **changed)] if missed else [GOOD, replace(GOOD, **changed)])
    assert [number for number, bound in enumerate(found) if not bound.met] == missed


def test_means_are_geometric_and_no_row_meets_nothing() -> None:
    first, *_ = bounds([replace(GOOD, messages=50.0), replace(GOOD, messages=200.0)])
    assert (first.name, first.got) == ("messages / METIS, geometric mean (2)", "1.000")
    assert not any(bound.met for bound in bounds([])[:6])


def test_the_page_has_bounds_and_a_line_for_every_network() -> None:
    lines = page([GOOD, replace(GOOD, hops=11.0)], "the command").splitlines()
    assert "| hops / METIS, worst network (2) | 1.100 | 1.05 or less | **no** |" in lines
    cells = "| ring | 4 | uniform | loihi1 | 3 | 14 | 15 | 90.0 | 0.900 | 8.0 | 0.800 | 1.50 | 0.100 | 1.050 | 2.0 |"
    assert cells in lines
