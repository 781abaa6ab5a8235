"""Which populations run together, and the links between them."""

from dataclasses import replace
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")

from search.training.kernels.loop import Delays, Places, Wire  # noqa: E402
from search.training.kernels.stages import links_of, stages  # noqa: E402

CPU = torch.device("cpu")
NAMES = ("a", "b", "c", "d")


def wire(source: str, target: str, **more: Any) -> Wire:
    return Wire(source, target, torch.ones(2, 2), **more)


def few(source: str, target: str) -> Wire:
    """One link of nine."""
    return Wire(source, target, torch.ones(1), 1, Places(torch.tensor([5]), (3, 3)))


@pytest.mark.parametrize(
    ("wires", "expected"),
    [
        ([], [["a"], ["b"], ["c"], ["d"]]),
        ([wire("in", "a"), wire("a", "a"), wire("d", "c"), wire("c", "a")], [["b"], ["d"], ["c"], ["a"]]),
        ([wire("a", "b"), wire("b", "a"), wire("b", "d")], [["c"], ["a", "b"], ["d"]]),
        ([few("c", "b")], [["a"], ["d"], ["b", "c"]]),
        ([few("a", "c"), wire("a", "b"), wire("b", "c"), wire("c", "d")], [["a", "b", "c"], ["d"]]),
        ([wire("a", "b"), wire("b", "c"), wire("c", "d"), wire("d", "a")], [["a", "b", "c", "d"]]),
    ],
)
def test_nobody_listens_to_a_later_stage(wires: list[Wire], expected: list[list[str]]) -> None:
    assert stages(NAMES, wires) == expected


def test_links_are_listed_by_both_ends() -> None:
    late = Delays(torch.tensor([[3, 2], [4, 5]]))
    own = [replace(wire("a", "b"), delay=late), Wire("b", "a", torch.ones(2), 7, Places(torch.tensor([4, 1]), (2, 2)))]
    links = links_of([("a", 2), ("b", 2)], own, CPU)
    assert links.post.tolist() == [0, 2, 2, 3, 3]
    assert links.other.tolist() == [3, 0, 1, 0, 1]
    assert links.delay.tolist() == [7, 3, 2, 4, 5]
    assert links.value.tolist() == [5, 0, 1, 2, 3]
    assert links.first.tolist() == [0, 1, 1, 3, 5]
    assert links.out_first.tolist() == [0, 2, 4, 4, 5]
    assert links.out_other.tolist() == [2, 3, 2, 3, 0]
    assert links.out_delay.tolist() == [3, 4, 2, 5, 7]
    assert links.out_link.tolist() == [1, 3, 2, 4, 0]
    assert links.shortest == 2


def test_links_are_planned_once_for_the_same_wires() -> None:
    own = [wire("a", "a")]
    links = links_of([("a", 2)], own, CPU)
    assert links_of([("a", 2)], [replace(own[0], values=torch.zeros(2, 2))], CPU) is links
    assert links_of([("a", 2)], [replace(own[0], delay=2)], CPU).shortest == 2
    assert links_of([("a", 2)], [], CPU).shortest == 0
