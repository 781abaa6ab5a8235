"""Votes, classes and ties of a readout."""

import numpy as np
import pytest

from targets.contracts.arrays import Ints
from targets.contracts.errors import InputError
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


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (
            [0, -1, 3],
            "2 of 3 labels of the spikes lie outside 0 to 2, the classes of readout 'answer', the first being -1 of "
            "sample 1; renumber the labels or give the data it was made for.",
        ),
        (
            [2, 9, 0],
            "1 of 3 labels of the spikes lie outside 0 to 2, the classes of readout 'answer', the first being 9 of "
            "sample 1; renumber the labels or give the data it was made for.",
        ),
        ([0, 1], "2 labels were given for 3 samples; one each is needed, so match them."),
    ],
)
def test_labels_that_are_no_class_make_no_accuracy(labels: list[int], message: str) -> None:
    with pytest.raises(InputError) as raised:
        READOUT.accuracy(_counts([0, 0, 1], [0, 0, 1], [0, 0, 1]), np.array(labels))
    assert str(raised.value) == message


def test_labels_that_are_missing_are_told() -> None:
    with pytest.raises(InputError) as raised:
        READOUT.known_labels(None, "those of a.npz")
    assert str(raised.value) == (
        "those of a.npz have no labels; one class per sample is needed to judge answers, so add them."
    )
    assert READOUT.known_labels(np.array([2, 0]), "these").tolist() == [2, 0]


def test_one_class_is_always_right() -> None:
    assert Readout("answer", 1).classify(_counts([0, 0], [2, 1])).tolist() == [0, 0]


def _counts(*rows: list[int]) -> Ints:
    return np.array(rows, dtype=np.int32)
