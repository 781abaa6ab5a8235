from pathlib import Path

import numpy as np
import pytest

from search.data.readers.aer import decoded, encoded, write_recordings
from search.data.task import Split, labels_of, task_named
from search.data.tasks.nmnist import ABOUT, load
from targets.contracts.errors import InputError
from tests.search.data.tasks.event_files import some_events

DIGITS = [digit for digit in range(10) for _ in range(6)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Sixty recordings to train on and ten to test on, in N-MNIST's own layout."""
    folder = tmp_path / "N-MNIST"
    write_recordings(folder, "Train", (some_events(seed) for seed in range(60)), DIGITS)
    write_recordings(folder, "Test", (some_events(seed) for seed in range(60, 70)), range(10))
    return folder


def everyone(split: Split) -> list[bytes]:
    return sorted(row.tobytes() for part in (split.train, split.valid) for row in part.packed)


def test_the_official_test_part_is_the_test_part_and_valid_is_a_sixth_of_training(folder: Path) -> None:
    split = load(0, folder)
    assert [part.samples for part in (split.train, split.valid, split.test)] == [50, 10, 10]
    assert labels_of(split.valid).tolist() == labels_of(split.test).tolist() == list(range(10))
    assert (split.neurons, split.train.steps, split.classes) == (ABOUT.channels, 32, 10)


def test_an_event_lands_in_its_bin_and_channel(folder: Path) -> None:
    events = some_events(60)
    spikes = load(0, folder).test.dense()[0]
    expected = np.zeros((32, 2, 34, 34), dtype=np.uint8)
    expected[events["t"] // 10_000, events["p"].astype(int), events["y"], events["x"]] = 1
    assert np.array_equal(spikes, expected.reshape(32, -1))


def test_the_seed_moves_samples_between_train_and_valid_only(folder: Path) -> None:
    first, again, other = load(0, folder), load(0, folder), load(1, folder)
    assert first.digest == again.digest != other.digest
    assert everyone(first) == everyone(other)
    assert np.array_equal(first.test.packed, other.test.packed)


def test_tonic_s_own_folder_is_read_and_gives_tonic_s_events(folder: Path) -> None:
    tonic = pytest.importorskip("tonic", reason="tonic is not installed")
    complete = type("NMNIST", (tonic.datasets.NMNIST,), {"_check_exists": lambda self: True})
    place = folder.parent / "tonic" / "NMNIST"
    place.parent.mkdir()
    folder.rename(place)
    framed = complete(
        str(place.parent),
        train=False,
        transform=tonic.transforms.ToFrame((34, 34, 2), time_window=10_000, start_time=0, end_time=320_000),
    )
    ours = load(0, place.parent).test.dense()
    assert len(framed) == len(ours) == 10
    for index, spikes in enumerate(ours):
        frames, label = framed[index]
        assert np.array_equal(spikes, frames.reshape(32, -1) > 0)
        assert label == index


def test_a_missing_part_and_damaged_recordings_are_told_by_name(folder: Path) -> None:
    damaged = folder / "Train" / "3" / "00019.bin"
    damaged.write_bytes(b"abc")
    with pytest.raises(InputError, match=f"^{damaged} has 3 bytes, which is no multiple of 5;"):
        load(0, folder)
    damaged.write_bytes(bytes([40, 0, 0, 0, 0, 40, 0, 1, 0, 0]))
    with pytest.raises(InputError, match=f"^{damaged} has events with x from 40 to 40;"):
        load(0, folder)
    for path in (folder / "Test").rglob("*.bin"):
        path.unlink()
    with pytest.raises(InputError) as raised:
        load(0, folder)
    assert str(raised.value) == (
        f"{folder / 'Test'} holds no recording 0/*.bin to 9/*.bin; N-MNIST, recorded digits needs the folders Train "
        "and Test of N-MNIST, each with the folders 0 to 9 full of .bin files, so get it from N-MNIST, "
        "https://www.garrickorchard.com/datasets/n-mnist."
    )


@pytest.mark.slow
@pytest.mark.parametrize("factor", [0.001, 0.000_001, 1_000], ids=["milliseconds", "seconds", "nanoseconds"])
def test_times_in_another_unit_are_told(folder: Path, factor: float) -> None:
    path = folder / "Train" / "0" / "00001.bin"
    events = decoded(path.read_bytes()).copy()
    events["t"] = events["t"] * factor
    path.write_bytes(encoded(events))
    with pytest.raises(InputError) as raised:
        load(0, folder)
    assert str(raised.value).startswith(f"{path} lasts ")
    assert str(raised.value).endswith(
        " seconds if its times are microseconds; a recording of N-MNIST lasts 0.01 to 10 seconds, so its times are in "
        "another unit or it is cut off: convert or get it again."
    )


def test_a_recording_of_nothing_but_overflows(folder: Path) -> None:
    path = folder / "Train" / "0" / "00001.bin"
    path.write_bytes(bytes([0, 240, 0, 0, 0]))
    with pytest.raises(InputError) as raised:
        load(0, folder)
    assert str(raised.value) == f"{path} holds no event; a recording has thousands, so unpack it again."


def test_the_task_is_found_by_name() -> None:
    assert task_named("nmnist").ABOUT is ABOUT
