from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from search.data.load import load_split
from search.data.own_events import BINS, event_parts, holds_events, joined
from search.data.task import labels_of
from targets.contracts.arrays import Array
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster
from tests.search.data.readers.recorded import every_format, write_aedat4, write_dat, write_evt2
from tests.search.data.tasks.event_files import some_events

pytestmark = pytest.mark.usefixtures("own_cache")


def _recorded(folder: Path, classes: Sequence[str] = ("left", "right"), each: int = 3) -> Path:
    """Recordings of a sensor of 40 x 30 pixels; those of a class keep to their own half of it."""
    for number, name in enumerate(classes):
        (folder / name).mkdir(parents=True)
        for seed in range(each):
            events = some_events(10 * number + seed, 100, 20, 30)
            events["x"] += 20 * (number % 2)
            write_aedat4(folder / name / f"{seed}.aedat4", [events], (40, 30))
    return folder


def _error(path: Path) -> str:
    with pytest.raises(InputError) as raised:
        event_parts(path)
    return str(raised.value)


def test_a_folder_per_class(tmp_path: Path) -> None:
    path = _recorded(tmp_path / "mine")
    assert holds_events(path)
    (train,) = event_parts(path).values()
    assert labels_of(train).tolist() == [0, 0, 0, 1, 1, 1]
    assert (train.samples, train.steps, train.neurons) == (6, BINS, 40 * 30 * 2)
    seen: Array = train.dense().reshape(6, BINS, 2, 30, 40).max(axis=(1, 2, 3))
    assert not seen[:3, 20:].any()
    assert not seen[3:, :20].any()
    assert seen[:3, :20].any(axis=1).all()


def test_an_event_lands_in_its_bin_and_pixel(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        events = some_events(0, 3, 40, 30)
        events["t"], events["x"], events["y"], events["p"] = [7, 150_007, 300_007], [1, 2, 39], [3, 4, 29], [0, 1, 1]
        write_aedat4(tmp_path / name / "one.aedat4", [events], (40, 30))
    spikes = event_parts(tmp_path)["train"].dense()[0].reshape(BINS, 2, 30, 40)
    assert np.argwhere(spikes).tolist()[:2] == [[0, 0, 3, 1], [15, 1, 4, 2]]


def test_a_folder_that_is_split_already(tmp_path: Path) -> None:
    for part, each in (("Train", 3), ("test", 1)):
        _recorded(tmp_path / part, each=each)
    parts = event_parts(tmp_path)
    assert {name: labels_of(part).tolist() for name, part in parts.items()} == {
        "train": [0, 0, 0, 1, 1, 1],
        "test": [0, 1],
    }


def test_numbers_count_by_their_value(tmp_path: Path) -> None:
    path = _recorded(tmp_path / "mine", [str(number) for number in range(11)], each=1)
    assert labels_of(event_parts(path)["train"]).tolist() == [0, 1, 10, 2, 3, 4, 5, 6, 7, 8, 9]


def test_every_format_may_be_there_and_names_with_a_dot_are_left_alone(tmp_path: Path) -> None:
    for name in ("left", "right"):
        written = every_format(tmp_path / name)
        written.pop("aedat4").unlink()
        written.pop("aedat2 davis").unlink()
        for other in ("dat", "evt2", "evt3"):
            written.pop(other).unlink()
        (tmp_path / name / "._dvs.aedat").write_bytes(b"\0\5\26\7")
    (tmp_path / ".DS_Store").write_bytes(b"\0")
    (tmp_path / ".trash").mkdir()
    train = event_parts(tmp_path)["train"]
    assert train.samples == 6
    assert train.neurons == 32 * 32 * 2  # 128 x 128 joined by four


def test_pixels_are_joined_until_there_are_few_enough() -> None:
    assert joined((34, 34, 2)) == 1
    assert joined((128, 128, 2)) == 4
    assert joined((1280, 720, 2)) == 28
    assert joined((1 << 15, 1 << 15, 2)) == 937


def test_the_second_time_comes_from_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _recorded(tmp_path / "mine")
    first = event_parts(path)["train"]
    monkeypatch.setattr("search.data.own_events.read_events", None)
    again: SpikeRaster = event_parts(path)["train"]
    assert np.array_equal(first.packed, again.packed)


def test_a_single_recording_has_no_class(tmp_path: Path) -> None:
    path = write_dat(tmp_path / "a.dat", some_events(0))
    assert holds_events(path)
    assert _error(path) == (
        f"{path} is one recording without a class; a folder with a folder per class is needed, such as "
        "mine/left/a.dat, so sort your recordings."
    )


def test_what_is_in_the_wrong_place_is_told(tmp_path: Path) -> None:
    path = _recorded(tmp_path / "mine")
    notes = path / "left" / "notes.txt"
    notes.touch()
    assert _error(path) == (
        f"{notes} is no recording by its name; .aedat, .aedat4, .dat, .raw, .bin can be read in a folder of a class, "
        "so rename it or take it away."
    )
    notes.unlink()
    loose = write_dat(path / "a.dat", some_events(0))
    assert _error(path) == (
        f"{path} holds the recording a.dat beside its folders; each needs the folder of its class, so move it into one."
    )
    loose.unlink()
    (path / "train").mkdir()
    assert _error(path) == (
        f"{path} holds the folders left, right, train; either train with valid and test if you have them is allowed, "
        "or folders of classes only, so rename them."
    )


def test_a_class_that_the_training_part_lacks(tmp_path: Path) -> None:
    _recorded(tmp_path / "train")
    _recorded(tmp_path / "test", ["left", "up"])
    assert _error(tmp_path) == (
        f"{tmp_path / 'test' / 'up'} is of a class that the training part lacks; its classes are left, right, so add "
        "recordings of it there or take it away."
    )


def test_recordings_of_two_cameras(tmp_path: Path) -> None:
    path = _recorded(tmp_path / "mine")
    other = write_evt2(path / "right" / "z.raw", some_events(0))
    first = path / "left" / "0.aedat4"
    assert _error(path) == (
        f"{first} is of a sensor of 40 x 30 pixels and {other} of 640 x 480; one sensor for all is needed, so keep the "
        "recordings of one camera."
    )
    other.unlink()
    (path / "right" / "z.bin").write_bytes(bytes([200, 200, 0, 0, 9, 1, 1, 4, 0, 9]))
    assert _error(path) == (
        f"{first} is of a sensor of 40 x 30 pixels, but other recordings reach 201 x 201; one sensor for all is "
        "needed, so keep the recordings of one camera."
    )


def test_they_are_own_data_split_by_the_seed(tmp_path: Path) -> None:
    path = _recorded(tmp_path / "mine", each=10)
    split = load_split(str(path), seed=1)
    assert [part.samples for part in (split.train, split.valid, split.test)] == [12, 4, 4]
    assert (split.classes, split.neurons) == (2, 2400)
    assert split.digest == load_split(str(path), seed=1).digest != load_split(str(path), seed=2).digest


def test_what_holds_no_events(tmp_path: Path) -> None:
    assert not holds_events(tmp_path)
    (tmp_path / "left").mkdir()
    (tmp_path / "left" / ".a.raw").touch()
    assert not holds_events(tmp_path)
    assert not holds_events(tmp_path / "mine.npz")
    _recorded(tmp_path / "mine")
    assert holds_events(tmp_path / "mine")
    (tmp_path / "mine" / "spikes.npz").touch()
    assert not holds_events(tmp_path / "mine")
