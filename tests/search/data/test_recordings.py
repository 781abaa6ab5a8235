"""Data through the protocol of one small class."""

from typing import Any

import numpy as np
import pytest
import scipy.sparse

from search.data.recordings import Recordings, recordings_split
from search.data.task import labels_of
from targets.contracts.arrays import Array
from targets.contracts.errors import InputError


class Mine:
    """Recordings whose first step is their own number in binary; every other one is a step longer."""

    def __init__(self, number: int, width: int = 8, changed: dict[int, tuple[Any, Any]] | None = None) -> None:
        self.number = number
        self.width = width
        self.changed = changed or {}
        self.asked: list[int] = []

    def __len__(self) -> int:
        return self.number

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        self.asked.append(index)
        spikes = np.zeros((3 + index % 2, self.width), bool)
        spikes[0] = index >> np.arange(self.width) & 1
        return self.changed.get(index, (spikes, index % 3))


def numbers(spikes: Array) -> list[int]:
    return sorted((spikes[:, 0] << np.arange(8)).sum(1).tolist())


def test_a_class_of_two_methods_is_a_task() -> None:
    mine: Recordings = Mine(60)
    split = recordings_split(mine, seed=0)
    parts = (split.train, split.valid, split.test)
    assert mine.asked == list(range(60))  # type: ignore[attr-defined]
    assert [part.samples for part in parts] == [36, 12, 12]
    assert (split.classes, split.neurons, split.train.steps) == (3, 8, 4)
    assert sorted(number for part in parts for number in numbers(part.dense())) == list(range(60))
    for part in parts:
        number = (part.dense()[:, 0] << np.arange(8)).sum(1)
        assert labels_of(part).tolist() == (number % 3).tolist()
        assert part.lengths.tolist() == (3 + number % 2).tolist()
    assert recordings_split(Mine(60), seed=0).digest == split.digest != recordings_split(Mine(60), seed=1).digest


def test_parts_that_are_given_stay() -> None:
    split = recordings_split(Mine(60), 0, valid=Mine(9), test=Mine(6))
    assert [part.samples for part in (split.train, split.valid, split.test)] == [60, 9, 6]
    assert numbers(split.test.dense()) == list(range(6))


@pytest.mark.parametrize(
    ("recordings", "message"),
    [
        (
            Mine(9, changed={4: (np.zeros(5), 0)}),
            "recording 4 of the train part is float64 of shape (5,); 0 and 1 [time, neuron] are needed, so convert it.",
        ),
        (
            Mine(9, changed={4: (np.full((3, 8), 2), 0)}),
            "recording 4 of the train part holds values other than 0 and 1; only binary spikes are allowed, so "
            "binarize them.",
        ),
        (
            Mine(9, changed={4: (np.zeros((3, 7), int), 0)}),
            "recordings are [7, 8] neurons wide; one width for all is needed, so encode them alike.",
        ),
        (Mine(0), "recordings are none, so 0 neurons wide; one width for all is needed, so encode them alike."),
        (
            Mine(9, changed={4: (np.zeros((3, 8), int), "dog")}),
            "labels are <U21 of shape (9,); one whole number per sample is needed, so number them: labels = "
            "np.unique(labels, return_inverse=True)[1].",
        ),
        (
            Mine(9, changed={4: (np.zeros((3, 8), int), 4)}),
            "the data has labels up to 4 but no sample of class 3; labels count from 0 without a gap, so add samples "
            "or renumber them, all parts alike: labels = np.unique(labels, return_inverse=True)[1].",
        ),
        (
            Mine(9, changed={4: (np.zeros((3, 8), int), -1)}),
            "the data has the label -1; labels count from 0, so renumber them, all parts alike: labels = "
            "np.unique(labels, return_inverse=True)[1].",
        ),
        (
            Mine(9, changed={4: (np.zeros((3, 8), int), None)}),
            "recording 4 of the train part has the label None; a number or a text is needed, so label it or leave it "
            "out.",
        ),
        (
            Mine(9, changed={4: (np.zeros((3, 8), int), 0, "group")}),  # type: ignore[dict-item]
            "recording 4 of the train part is a tuple of 3; a pair of a sample and its label is needed, so return "
            "these two.",
        ),
        (
            Mine(9, changed={4: ([[0, 1], [1]], 0)}),
            "recording 4 of the train part is a list that makes no array of numbers (setting an array element with a "
            "sequence. The requested array has an inhomogeneous shape after 1 dimensions. The detected shape was "
            "(2,) + inhomogeneous part); give a numpy array, of a torch tensor "
            "tensor.detach().cpu().to_dense().numpy(), of a scipy matrix matrix.toarray().",
        ),
        (
            Mine(9, changed={4: (scipy.sparse.csr_matrix((3, 8)), 0)}),
            "recording 4 of the train part is a csr_matrix that makes no array of numbers (it holds object); give a "
            "numpy array, of a torch tensor tensor.detach().cpu().to_dense().numpy(), of a scipy matrix "
            "matrix.toarray().",
        ),
    ],
)
def test_malformed_recordings_are_told_in_one_sentence(recordings: Mine, message: str) -> None:
    with pytest.raises(InputError) as raised:
        recordings_split(recordings, seed=0)
    assert str(raised.value) == message
