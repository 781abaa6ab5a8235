import sys
from pathlib import Path

import h5py
import numpy as np
import pytest

from search.data.load import load_split
from search.data.task import labels_of
from targets.contracts.errors import InputError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small copy of the Spiking Heidelberg Digits as tonic keeps it: times float16 in seconds, an archive as mark."""
    pytest.importorskip("tonic", reason="tonic is not installed")
    place = tmp_path / "data" / "SHD"
    place.mkdir(parents=True)
    for part, number in (("train", 40), ("test", 10)):
        generator = np.random.default_rng(number)
        (place / f"shd_{part}.h5.zip").touch()
        with h5py.File(place / f"shd_{part}.h5", "w") as file:
            times = file.create_dataset("spikes/times", number, h5py.vlen_dtype(np.float16))
            units = file.create_dataset("spikes/units", number, h5py.vlen_dtype(np.uint16))
            for sample in range(number):
                times[sample] = np.sort(generator.random(50)).astype(np.float16)
                units[sample] = generator.integers(700, size=50)
            file["labels"] = np.arange(number) % 10
            file["extra/speaker"] = np.arange(number) % 3
            file["extra/keys"] = [b"key"] * 10
    return tmp_path / "data"


def test_a_data_set_in_tonic_s_layout_is_read_through_tonic(folder: Path) -> None:
    split = load_split("tonic-events", folder, 0)
    assert [part.samples for part in (split.train, split.valid, split.test)] == [30, 10, 10]
    assert (split.neurons, split.train.steps, split.classes) == (700, 30, 10)
    assert labels_of(split.test).tolist() == list(range(10))
    assert load_split("tonic-events", folder, 0).digest == split.digest


def test_every_event_that_tonic_reads_is_in_its_bin(folder: Path) -> None:
    tonic = pytest.importorskip("tonic", reason="tonic is not installed")
    read = tonic.datasets.SHD(str(folder), train=False)
    ours = load_split("tonic-events", folder, 0).test.dense()
    for index, spikes in enumerate(ours):
        events, _ = read[index]
        counts, _, _ = np.histogram2d(
            events["t"].astype(float), events["x"], (30, 700), ((events["t"].min(), events["t"].max()), (0, 700))
        )
        assert np.array_equal(spikes, counts > 0)


def test_nothing_is_downloaded_where_a_file_is_missing(folder: Path) -> None:
    (folder / "SHD" / "shd_test.h5.zip").unlink()
    with pytest.raises(InputError) as raised:
        load_split("tonic-events", folder, 0)
    assert str(raised.value) == (
        f"{folder / 'SHD'} holds no complete copy of SHD; a data set of tonic needs one folder with the name of a "
        "class of tonic.datasets, such as POKERDVS, as tonic unpacked it, so get it from tonic, "
        "https://tonic.readthedocs.io."
    )


def test_a_folder_without_or_with_two_of_tonic_s_is_refused(folder: Path) -> None:
    (folder / "NMNIST").mkdir()
    with pytest.raises(InputError, match=f"^{folder} holds no single folder of tonic's; a data set of tonic needs"):
        load_split("tonic-events", folder, 0)
    (folder / "NMNIST").rmdir()
    (folder / "SHD").rename(folder / "shd")
    with pytest.raises(InputError, match=f"^{folder} holds no folder of tonic's; a data set of tonic needs"):
        load_split("tonic-events", folder, 0)


def test_the_package_is_asked_for_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tonic", None)
    monkeypatch.setitem(sys.modules, "tonic.datasets", None)
    with pytest.raises(InputError) as raised:
        load_split("tonic-events", tmp_path, 0)
    assert str(raised.value) == (
        'tonic-events needs the package tonic, which is not installed; install it with pip install "motifc[data]".'
    )
