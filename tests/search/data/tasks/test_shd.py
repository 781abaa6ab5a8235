from pathlib import Path

import h5py
import numpy as np
import pytest

from search.data.readers.heidelberg import heidelberg_events
from search.data.task import labels_of
from search.data.tasks import shd, ssc
from targets.contracts.errors import InputError
from tests.search.data.tasks.spike_files import random_recording, same_events, write_heidelberg

SPEAKERS = [1, 2, 3, 6, 7] * 4


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    recordings = [random_recording(seed, 700, 0.3 + 0.05 * seed) for seed in range(20)]
    write_heidelberg(tmp_path / "shd_train.h5", recordings, list(range(20)), SPEAKERS)
    write_heidelberg(tmp_path / "shd_test.h5", recordings[:3], [4, 5, 6], [4, 5, 4])
    for part, count in (("train", 6), ("valid", 4), ("test", 3)):
        write_heidelberg(tmp_path / f"ssc_{part}.h5", recordings[:count], list(range(count)), [0] * count)
    return tmp_path


def _error(folder: Path, task: str = "shd") -> str:
    with pytest.raises(InputError) as raised:
        {"shd": shd, "ssc": ssc}[task].load(0, folder)
    return str(raised.value)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_speakers_of_the_training_file_are_held_out_whole(folder: Path, seed: int) -> None:
    split = shd.load(seed, folder)
    assert [part.samples for part in (split.train, split.valid, split.test)] == [16, 4, 3]
    who = {SPEAKERS[label] for label in labels_of(split.valid).tolist()}  # here each label is a recording
    assert len(who) == 1
    assert not who & {SPEAKERS[label] for label in labels_of(split.train).tolist()}
    assert labels_of(split.test).tolist() == [4, 5, 6]


def test_hand_made_spikes(tmp_path: Path) -> None:
    train = [([0.0, 0.009, 0.0105, 0.25], [0, 0, 699, 3]), ([], []), ([5.0, 0.001], [1, 2])]
    write_heidelberg(tmp_path / "shd_train.h5", train, [0, 1, 19], [1, 1, 2])
    write_heidelberg(tmp_path / "shd_test.h5", train, [0, 1, 19], [4, 4, 4])
    split = shd.load(0, tmp_path)
    test = split.test
    assert test.lengths.tolist() == [26, 1, 140]  # 0.25 s, nothing, and 5 s cut after 140 steps
    assert np.argwhere(test.dense()).tolist() == [[0, 0, 0], [0, 1, 699], [0, 25, 3], [2, 0, 2]]
    assert (split.classes, split.neurons) == (20, 700)


@pytest.mark.slow
def test_ssc_has_three_official_parts(folder: Path) -> None:
    split = ssc.load(0, folder)
    assert [part.samples for part in (split.train, split.valid, split.test)] == [6, 4, 3]
    assert (split.classes, split.neurons) == (35, 700)
    assert ssc.load(1, folder).digest == split.digest


def test_a_second_start_decodes_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    digest = shd.load(0, folder).digest
    monkeypatch.setattr(shd, "heidelberg_raster", None)
    assert shd.load(0, folder).digest == digest


@pytest.mark.parametrize("task", ["SHD", "SSC"])
def test_tonic_reads_equal_events_from_its_own_folder(folder: Path, task: str) -> None:
    datasets = pytest.importorskip("tonic.datasets")
    inner = folder / task
    inner.mkdir()
    for path in folder.glob(f"{task.lower()}_*.h5"):
        path.rename(inner / path.name)
        (inner / f"{path.name}.zip").touch()  # tonic looks for the archive, whatever is in it
    theirs = datasets.SHD(str(folder), train=True) if task == "SHD" else datasets.SSC(str(folder), split="train")
    ours = list(heidelberg_events(inner / f"{task.lower()}_train.h5"))
    assert len(ours) == len(theirs) > 0
    assert all(same_events(mine, theirs[index][0]) for index, mine in enumerate(ours))
    split = {"SHD": shd, "SSC": ssc}[task].load(0, folder)  # a level below, as tonic leaves them
    assert split.train.counts().sum() > 0


def test_a_missing_file(folder: Path) -> None:
    (folder / "shd_test.h5").unlink()
    assert _error(folder) == (
        f"{folder} holds no shd_test.h5; Spiking Heidelberg Digits needs shd_train.h5 and shd_test.h5, so get it from "
        "Spiking Heidelberg Datasets, https://zenkelab.org/resources/spiking-heidelberg-datasets-shd/."
    )


@pytest.mark.slow
@pytest.mark.parametrize("size", [0, 100, 3000])
def test_a_cut_off_file(folder: Path, size: int) -> None:
    path = folder / "shd_train.h5"
    path.write_bytes(path.read_bytes()[:size])
    assert _error(folder).startswith(f"{path} is no readable HDF5 file (")


def test_an_archive_that_was_only_renamed(folder: Path) -> None:
    path = folder / "ssc_valid.h5"
    path.write_bytes(b"PK\x03\x04" + bytes(500))
    assert _error(folder, "ssc").startswith(f"{path} is no readable HDF5 file (")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["spikes/times", "spikes/units", "labels", "extra/speaker"])
def test_an_absent_data_set(folder: Path, name: str) -> None:
    path = folder / "shd_train.h5"
    with h5py.File(path, "a") as file:
        del file[name]
    assert _error(folder) == f"{path} holds no data set {name!r} in /; unpack or copy it again."


def test_a_group_where_a_data_set_should_be(folder: Path) -> None:
    path = folder / "shd_train.h5"
    with h5py.File(path, "a") as file:
        del file["labels"]
        file.create_group("labels")
    assert _error(folder) == f"{path} holds no data set 'labels' in /; unpack or copy it again."


@pytest.mark.slow
@pytest.mark.parametrize(
    ("recording", "what"),
    [
        (([0.1, 0.2], [3]), "has times of shape (2,) and channels of shape (1,); each spike needs one of both, so"),
        (([0.1, -0.2], [3, 4]), "has negative or infinite spike times;"),
        (([0.1, np.inf], [3, 4]), "has negative or infinite spike times;"),
        (([0.1, np.nan], [3, 4]), "has negative or infinite spike times;"),
        (([0.1, 0.2], [3, 700]), "has channels 3 to 700; 0 to 699 are allowed, so"),
    ],
)
def test_a_damaged_recording_is_named(folder: Path, recording: tuple[list[float], list[int]], what: str) -> None:
    path = write_heidelberg(folder / "shd_train.h5", [([0.1], [1]), recording], [0, 1], [1, 2])
    assert _error(folder).startswith(f"recording 1 of {path} {what}")


@pytest.mark.parametrize("task", ["shd", "ssc"])
@pytest.mark.parametrize("factor", [1_000, 22_050], ids=["milliseconds", "samples"])
def test_times_in_another_unit_are_told(folder: Path, task: str, factor: int) -> None:
    times = [0.1 * factor, 0.9 * factor]
    path = write_heidelberg(folder / f"{task}_train.h5", [(times, [1, 2])] * 2, [0, 1], [1, 2])
    latest = float(np.float16(times[-1]))
    assert _error(folder, task) == (
        f"recording 0 of {path} has a spike at {latest:.6g}, in seconds; spoken words last up to 20 seconds, so its "
        "times are in another unit, such as milliseconds or samples: divide them."
    )


@pytest.mark.parametrize("task", ["shd", "ssc"])
def test_microseconds_are_told_though_half_precision_ends_at_65_504(folder: Path, task: str) -> None:
    with np.errstate(over="ignore"):
        path = write_heidelberg(folder / f"{task}_train.h5", [([100_000.0, 900_000.0], [1, 2])] * 2, [0, 1], [1, 2])
    assert _error(folder, task) == (
        f"recording 0 of {path} has negative or infinite spike times; unpack or copy the file again."
    )


@pytest.mark.parametrize(("labels", "found"), [([0, 20], "0 to 20"), ([7, 999], "7 to 999")])
def test_wrong_labels(folder: Path, labels: list[int], found: str) -> None:
    path = write_heidelberg(folder / "shd_train.h5", [([0.1], [1])] * 2, labels, [1, 2])
    assert _error(folder) == (
        f"{path} has labels from {found}; integers from 0 to 19 are allowed, so unpack or copy it again."
    )


def test_fewer_labels_than_recordings(folder: Path) -> None:
    path = write_heidelberg(folder / "shd_train.h5", [([0.1], [1])] * 3, [0, 1], [1, 2, 3])
    assert _error(folder) == (
        f"{path} holds 3 recordings and labels of shape (2,); one each and at least one is needed, so unpack or copy "
        "it again."
    )


def test_no_recording_at_all(folder: Path) -> None:
    path = write_heidelberg(folder / "ssc_test.h5", [], [], [])
    assert _error(folder, "ssc") == (
        f"{path} holds 0 recordings and labels of shape (0,); one each and at least one is needed, so unpack or copy "
        "it again."
    )
