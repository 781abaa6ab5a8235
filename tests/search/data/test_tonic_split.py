from typing import Any

import numpy as np
import pytest
import torch

from search.data.task import labels_of
from search.data.tonic_split import tonic_split
from search.nas.hrmas import search
from targets.contracts.arrays import Array
from targets.contracts.errors import InputError
from tests.search.data.tasks.event_files import some_events
from tests.search.tiny import TINY


class Recordings:
    """A data set as tonic's are: random events, those of class 1 in the right half of 8 x 4 pixels."""

    def __init__(self, number: int, names: tuple[Any, Any] = (0, 1), transform: Any = None) -> None:
        self.number, self.names, self.transform = number, names, transform

    def __len__(self) -> int:
        return self.number

    def __getitem__(self, index: int) -> tuple[Array, Any]:
        if not 0 <= index < self.number:
            raise IndexError(index)
        events = some_events(index, 60, width=4, height=4)
        events["x"] += 4 * (index % 2)
        return events if self.transform is None else self.transform(events), self.names[index % 2]


@pytest.mark.slow
def test_a_search_on_a_tonic_style_data_set_runs_and_learns_it() -> None:
    split = tonic_split(Recordings(60), Recordings(20), 0, (8, 4, 2), bins=12)
    network = search(split, TINY, 0, "cpu")
    assert network.origin == split.digest
    assert network.settings["training"][-1]["accuracy"] > 0.8


def test_a_fifth_of_training_is_valid_and_without_a_test_part_another_fifth_is_test() -> None:
    official = tonic_split(Recordings(40), Recordings(20), 0, (8, 4, 2), bins=12)
    assert [part.samples for part in (official.train, official.valid, official.test)] == [32, 8, 20]
    alone, again, other = (tonic_split(Recordings(40), None, seed, (8, 4, 2), bins=12) for seed in (0, 0, 1))
    assert [part.samples for part in (alone.train, alone.valid, alone.test)] == [26, 6, 8]
    assert alone.digest == again.digest != other.digest
    rows = [row.tobytes() for part in (alone.train, alone.valid, alone.test) for row in part.packed]
    assert len(set(rows)) == 40


def test_names_become_classes_in_order_over_both_parts() -> None:
    split = tonic_split(Recordings(20, ("wave", "clap")), Recordings(4, ("wave", "arm")), 0, (8, 4, 2), bins=3)
    assert split.classes == 3
    assert labels_of(split.test).tolist() == [2, 0, 2, 0]
    assert set(labels_of(split.train)) == {1, 2}


def test_pixels_are_joined_and_bins_cut_as_asked() -> None:
    split = tonic_split(Recordings(20), Recordings(2), 0, (8, 4, 2), bins=5, window=1_000, factor=2)
    events = some_events(0, 60, width=4, height=4)
    kept = events[events["t"] < events["t"][0] + 5_000]
    expected = np.zeros((5, 2, 2, 4), dtype=np.uint8)
    expected[(kept["t"] - events["t"][0]) // 1_000, kept["p"].astype(int), kept["y"] // 2, kept["x"] // 2] = 1
    assert np.array_equal(split.test.dense()[0], expected.reshape(5, -1))


def test_frames_of_tonic_s_transforms_are_taken_as_they_are() -> None:
    transforms = pytest.importorskip("tonic.transforms", reason="tonic is not installed")
    to_frames = transforms.ToFrame((8, 4, 2), time_window=25_000, start_time=0, end_time=300_000)

    def framed(events: Array) -> Array:
        events["t"] -= events["t"][0]
        return np.asarray(to_frames(events))

    theirs, plain = Recordings(20, transform=framed), Recordings(20)
    ours = tonic_split(plain, plain, 0, (8, 4, 2), bins=12, window=25_000)
    assert tonic_split(theirs, theirs, 0, (8, 4, 2)).digest == ours.digest


def test_unreadable_and_shapeless_samples_and_a_single_class_are_refused() -> None:
    def broken(events: Array) -> Array:
        raise OSError("disk on fire")

    with pytest.raises(InputError) as raised:
        tonic_split(Recordings(4, transform=broken), None, 0, (8, 4, 2))
    assert str(raised.value) == "sample 0 of the train part cannot be read (disk on fire); get its file again."
    with pytest.raises(InputError) as raised:
        tonic_split(Recordings(4, transform=lambda events: np.arange(3)), None, 0, (8, 4, 2))
    assert str(raised.value) == (
        "sample 0 of the train part has the shape (3,); events with the fields x, y, t, p or frames [time, ...] are "
        "needed, so check its transform."
    )
    with pytest.raises(InputError) as raised:
        tonic_split(Recordings(4, (7, 7)), None, 0, (8, 4, 2))
    assert str(raised.value) == "the data set has 1 class; at least two are needed, so check its labels."
    with pytest.raises(
        InputError, match=r"^sample 1 of the train part has events with x from 4 to 7; a sensor of 4 x 4"
    ):
        tonic_split(Recordings(4, transform=lambda events: events), Recordings(2), 0, (4, 4, 2))


def columns(events: Array) -> Array:
    return np.stack([events[name] for name in ("x", "y", "t", "p")], axis=1)


def polarised(events: Array) -> Array:
    return np.array([[-1] * 64, [1] * 64])


def sparse(events: Array) -> Any:
    return torch.zeros(3, 32).to_sparse()


def with_gradient(events: Array) -> Any:
    return torch.zeros(3, 32, requires_grad=True)


def nested(events: Array) -> Any:
    return [[1, 2], [3]]


@pytest.mark.parametrize(
    ("transform", "message"),
    [
        (
            columns,
            "sample 0 of the train part is a plain array of shape (60, 4), neither events with the fields x, y, t, p "
            "nor frames [time, channel] of the sensor's 64 channels; name the columns of events by "
            "numpy.lib.recfunctions.unstructured_to_structured, or give the sensor that the frames have.",
        ),
        (
            polarised,
            "sample 0 of the train part has frames of int64 with values below 0 or that are no numbers; counts of "
            "events are needed, so give each polarity a channel of its own.",
        ),
        (
            sparse,
            "sample 0 of the train part is a Tensor that makes no array of numbers (can't convert Sparse layout tensor "
            "to numpy. Use Tensor.to_dense() first); give a numpy array, of a torch tensor "
            "tensor.detach().cpu().to_dense().numpy(), of a scipy matrix matrix.toarray().",
        ),
        (
            with_gradient,
            "sample 0 of the train part is a Tensor that makes no array of numbers (Can't call numpy() on Tensor that "
            "requires grad. Use tensor.detach().numpy() instead); give a numpy array, of a torch tensor "
            "tensor.detach().cpu().to_dense().numpy(), of a scipy matrix matrix.toarray().",
        ),
    ],
)
def test_what_are_neither_events_nor_frames_is_refused(transform: Any, message: str) -> None:
    with pytest.raises(InputError) as raised:
        tonic_split(Recordings(4, transform=transform), None, 0, (8, 4, 2))
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ((1, 2, 3), "sample 0 of the train part is a tuple of 3; a pair of a sample and its label is needed, so return "
         "these two."),
        (None, "sample 0 of the train part is a NoneType; a pair of a sample and its label is needed, so return these "
         "two."),
        (
            (np.zeros((3, 64)), None),
            "sample 0 of the train part has the label None; a number or a text is needed, so label it or leave it out.",
        ),
        (
            (np.zeros((3, 64)), float("nan")),
            "sample 0 of the train part has the label nan; a number or a text is needed, so label it or leave it out.",
        ),
        (
            (np.zeros((3, 64)), np.eye(4)[0]),
            "sample 0 of the train part has a label of shape (4,); one class is needed, so give its argmax().",
        ),
    ],
)  # fmt: skip
def test_items_that_are_no_pairs_are_refused(item: Any, message: str) -> None:
    with pytest.raises(InputError) as raised:
        tonic_split([item], None, 0, (8, 4, 2))
    assert str(raised.value) == message


def test_a_data_set_without_a_length_is_refused() -> None:
    endless: Any = iter([])
    with pytest.raises(InputError, match=r"^the train part has no length \(.*\); give a data set with __len__\.$"):
        tonic_split(endless, None, 0, (8, 4, 2))


def test_the_span_of_few_microseconds_and_of_float_seconds_is_kept() -> None:
    def short(events: Array) -> Array:
        events["t"] = np.arange(len(events))
        return events

    def seconds(events: Array) -> Array:
        described = [("x", "<i2"), ("y", "<i2"), ("t", "<f8"), ("p", "?")]
        found = events.astype(described)
        found["t"] = events["t"] * 2.0**-20
        return found

    for transform in (short, seconds):
        split = tonic_split(Recordings(20, transform=transform), Recordings(4), 0, (8, 4, 2), bins=30)
        dense = split.train.dense()
        assert (dense.any(axis=2).sum(axis=1) > 20).all()  # sixty events over thirty bins
    plain = tonic_split(Recordings(20), Recordings(4), 0, (8, 4, 2), bins=30)
    assert split.train.packed.tobytes() == plain.train.packed.tobytes()


@pytest.mark.parametrize(("window", "told"), [(0.01, "0.01"), (10_000_000, "1e+07")])
def test_a_window_in_another_unit_than_the_times_is_refused(window: float, told: str) -> None:
    with pytest.raises(InputError) as raised:
        tonic_split(Recordings(20), Recordings(4), 0, (8, 4, 2), bins=30, window=window)
    assert str(raised.value).startswith(
        f"of every recording only the first of 30 bins of width {told} holds an event; recordings last up to "
    )
    assert str(raised.value).endswith(" in the unit of their times, so give the width of a bin in that unit.")


@pytest.mark.parametrize("given", [{"bins": 0}, {"window": 0}, {"window": -5}, {"factor": 0}])
def test_sizes_below_one_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=r"^bins, window and factor are .* so change them\.$"):
        tonic_split(Recordings(4), None, 0, (8, 4, 2), **given)
    with pytest.raises(InputError, match=r"^sensor is \(8, 0, 2\); "):
        tonic_split(Recordings(4), None, 0, (8, 0, 2))
