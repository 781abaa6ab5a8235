"""Votes, classes and ties of a readout."""

import numpy as np
import pytest

from targets.contracts.arrays import Ints
from targets.contracts.ports import Readout

READOUT = Readout("answer", 3)


def test_votes_are_summed_per_class() -> None:
    assert READOUT.votes(_counts([1, 2, 0, 5, 3, 0])).tolist() == [[3, 5, 3]]


@pytest.mark.parametrize(
    ("counts", "best"), [([0, 0, 0], 0), ([1, 2, 2], 1), ([0, 0, 1], 2), ([4, 4, 4], 0), ([3, 1, 3], 0)]
)
def test_ties_go_to_the_lowest_class(counts: list[int], best: int) -> None:
    assert READOUT.classify(_counts(counts)).tolist() == [best]


def test_ties_count_as_wrong() -> None:
    counts = _counts([5, 1, 1], [2, 2, 0], [0, 0, 0], [0, 3, 4])
    assert READOUT.accuracy(counts, np.array([0, 0, 0, 1])) == 0.25
    assert READOUT.accuracy(counts, np.array([0, 1, 2, 2])) == 0.5


def test_accuracy_of_nothing_is_zero() -> None:
    assert READOUT.accuracy(np.zeros((0, 3), np.int32), np.zeros(0, np.int32)) == 0.0


def test_one_class_is_always_right() -> None:
    assert Readout("answer", 1).classify(_counts([0, 0], [2, 1])).tolist() == [0, 0]


def _counts(*rows: list[int]) -> Ints:
    return np.array(rows, dtype=np.int32)
