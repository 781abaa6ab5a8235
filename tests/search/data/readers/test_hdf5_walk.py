import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest

from search.data.readers import hdf5_walk
from tests.search.data.tasks.spike_files import random_recording, write_heidelberg


@pytest.fixture(autouse=True)
def unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process of the tests gets no limits of its own."""
    monkeypatch.setattr(hdf5_walk, "_limit", lambda seconds, memory: None)


def test_all_of_a_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    monkeypatch.setattr(hdf5_walk, "_read", lambda values: read.append(values.name))
    path = write_heidelberg(tmp_path / "a.h5", [random_recording(0, 64)], [0], [0])
    assert hdf5_walk.main(str(path), 1, 1 << 28) == 0
    assert sorted(read) == ["/extra/keys", "/extra/speaker", "/labels", "/spikes/times", "/spikes/units"]


def test_every_kind_of_data_set(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file["scalar"], file["plane"], file["none"] = 3, np.zeros((3, 4)), np.zeros((0, 4))
        file["text"], file["empty"] = ["a", "b"], h5py.Empty("f4")
        file.create_dataset("lists", 2, h5py.vlen_dtype(np.dtype("i4")))
        file["gone"] = h5py.ExternalLink("absent.h5", "/x")
    assert hdf5_walk.main(str(path), 1, 1 << 28) == 0


def test_what_is_no_file_or_damaged_is_left_to_whoever_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    assert hdf5_walk.main(str(path), 1, 1 << 28) == 0
    path.write_bytes(b"no hdf5")
    assert hdf5_walk.main(str(path), 1, 1 << 28) == 0


def test_as_a_process_it_says_when_memory_is_not_enough(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("rows", (1, 1 << 28), "u1", chunks=(1, 1 << 20))
    found = subprocess.run([sys.executable, "-P", hdf5_walk.__file__, str(path), "1", str(1 << 28)], check=False)
    assert found.returncode == hdf5_walk.OUT_OF_MEMORY


def test_a_data_set_that_the_file_cannot_hold_is_named_and_not_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "huge.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("a/weight", (10**6, 10**6), "f4", chunks=(1000, 1000))
    assert hdf5_walk.main(str(path), 1, 1 << 28) == hdf5_walk.TOO_MUCH
    assert capsys.readouterr().out == "/a/weight is declared as float32 (1000000, 1000000)"
