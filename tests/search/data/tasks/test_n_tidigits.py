from pathlib import Path

import h5py
import numpy as np
import pytest

from search.data.task import labels_of
from search.data.tasks import n_tidigits
from targets.contracts.errors import InputError
from tests.search.data.tasks.spike_files import Recording, random_recording, same_events, write_n_tidigits

DIGITS = "o123456789z"


def _part(speakers: list[str]) -> dict[str, Recording]:
    names = [f"{speaker}-{take}-{digit}" for speaker in speakers for take in "ab" for digit in [*DIGITS, "4z7"]]
    return {name: random_recording(seed, 64, 0.4 + 0.01 * seed, 50) for seed, name in enumerate(names)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    parts = {"train": _part(["man-ae", "man-aj", "woman-ag", "woman-an"]), "test": _part(["man-zz"])}
    write_n_tidigits(tmp_path / "n-tidigits.hdf5", parts)
    return tmp_path


def _error(folder: Path) -> str:
    with pytest.raises(InputError) as raised:
        n_tidigits.load(0, folder)
    return str(raised.value)


def test_single_digits_with_speakers_held_out(folder: Path) -> None:
    split = n_tidigits.load(0, folder)
    assert [part.samples for part in (split.train, split.valid, split.test)] == [66, 22, 22]
    assert (split.classes, split.neurons) == (11, 64)
    for part in (split.train, split.valid, split.test):
        assert np.unique(np.bincount(labels_of(part), minlength=11)).size == 1
    digests = {n_tidigits.load(seed, folder).valid.packed.tobytes() for seed in range(40)}
    assert len(digests) == 4


def test_hand_made_spikes(tmp_path: Path) -> None:
    made: dict[str, Recording] = {"man-a-a-z": ([0.0, 0.031, 9.0], [0, 63, 5]), "man-b-a-o": ([0.5], [1])}
    write_n_tidigits(tmp_path / "deep" / "n-tidigits.hdf5", {"train": made, "test": made})
    test = n_tidigits.load(0, tmp_path).test
    assert labels_of(test).tolist() == [10, 0]
    assert test.lengths.tolist() == [200, 51]  # what comes after 2 s is cut
    assert np.argwhere(test.dense()).tolist() == [[0, 0, 0], [0, 3, 63], [1, 50, 1]]


@pytest.mark.parametrize("part", ["train", "test"])
def test_tonic_reads_equal_events(folder: Path, part: str) -> None:
    datasets = pytest.importorskip("tonic.datasets")
    path = folder / "NTIDIGITS18" / "n-tidigits.hdf5"
    path.parent.mkdir()
    (folder / path.name).rename(path)
    theirs = datasets.NTIDIGITS18(str(folder), train=part == "train", single_digits=True)
    ours = list(n_tidigits.n_tidigits_events(path, part))
    labels = [each.digit for each in n_tidigits.single_digits(path, part)]
    assert len(ours) == len(theirs) > 0
    for index, mine in enumerate(ours):
        events, label = theirs[index]
        assert same_events(mine, events)
        assert labels[index] == label
    theirs.data.close()


def test_a_missing_file(tmp_path: Path) -> None:
    assert _error(tmp_path).startswith(
        f"{tmp_path} holds no n-tidigits.hdf5; N-TIDIGITS18, single digits needs n-tidigits.hdf5, so get it from "
    )


def test_a_cut_off_file(folder: Path) -> None:
    path = folder / "n-tidigits.hdf5"
    path.write_bytes(path.read_bytes()[:5000])
    assert _error(folder).startswith(f"{path} is no readable HDF5 file (")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["man-ae-1", "man-ae-a-x", "a-b-c-d-1"])
def test_a_wrong_name(tmp_path: Path, name: str) -> None:
    path = write_n_tidigits(tmp_path / "n-tidigits.hdf5", {"train": {name: ([0.1], [1])}, "test": {}})
    assert _error(tmp_path) == (
        f"{path} names a recording {name!r}; SEX-SPEAKER-TAKE-DIGITS with digits of o 1 2 3 4 5 6 7 8 9 z is needed, "
        "so copy it again."
    )


def test_no_single_digit(tmp_path: Path) -> None:
    made: dict[str, Recording] = {"man-a-a-12": ([0.1], [1])}
    path = write_n_tidigits(tmp_path / "n-tidigits.hdf5", {"train": made, "test": made})
    assert _error(tmp_path) == f"{path} names no recording of a single digit in train_labels; copy it again."


def test_a_name_without_spikes(folder: Path) -> None:
    path = folder / "n-tidigits.hdf5"
    with h5py.File(path, "a") as file:
        del file["train_addresses/man-aj-b-5"]
    assert _error(folder) == (f"{path} holds no data set 'train_addresses/man-aj-b-5' in /; unpack or copy it again.")


def test_a_damaged_recording_is_named(folder: Path) -> None:
    path = folder / "n-tidigits.hdf5"
    with h5py.File(path, "a") as file:
        file["test_addresses/man-zz-a-3"][4] = 64
    assert _error(folder) == (
        f"test recording man-zz-a-3 of {path} has channels {_lowest(path)} to 64; 0 to 63 are allowed, so unpack or "
        "copy the file again."
    )


@pytest.mark.slow
@pytest.mark.parametrize("factor", [1_000, 16_000, 1_000_000], ids=["milliseconds", "samples", "microseconds"])
def test_times_in_another_unit_are_told(folder: Path, factor: int) -> None:
    path = folder / "n-tidigits.hdf5"
    with h5py.File(path, "a") as file:
        file["test_timestamps/man-zz-a-3"][...] = file["test_timestamps/man-zz-a-3"][()] * factor
    assert _error(folder).startswith(f"test recording man-zz-a-3 of {path} has a spike at ")
    assert _error(folder).endswith(
        ", in seconds; spoken words last up to 20 seconds, so its times are in another unit, such as milliseconds or "
        "samples: divide them."
    )


def _lowest(path: Path) -> int:
    with h5py.File(path) as file:
        return int(file["test_addresses/man-zz-a-3"][()].min())
