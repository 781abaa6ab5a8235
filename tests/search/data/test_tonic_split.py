from typing import Any

import numpy as np
import pytest

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
    framed = Recordings(20, transform=transforms.ToFrame((8, 4, 2), n_time_bins=12))
    plain = Recordings(20)
    assert tonic_split(framed, framed, 0, (8, 4, 2)).digest == tonic_split(plain, plain, 0, (8, 4, 2), bins=12).digest


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
