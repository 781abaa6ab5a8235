import subprocess
import sys
from collections.abc import Callable
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
        file["nowhere"] = h5py.SoftLink("/absent")
    assert hdf5_walk.main(str(path), 1, 1 << 28) == 0


def _link(file: h5py.File, other: Path) -> None:
    file["inner/gone"] = h5py.ExternalLink(str(other), "/values")


def _raw(file: h5py.File, other: Path) -> None:
    file.create_dataset("raw", 8, "u1", external=[(str(other), 0, 8)])


def _virtual(file: h5py.File, other: Path) -> None:
    layout = h5py.VirtualLayout(3, "i8")
    layout[:] = h5py.VirtualSource(str(other), "values", 3)
    file.create_virtual_dataset("virtual", layout)


@pytest.mark.parametrize("write", [_link, _raw, _virtual])
def test_values_in_other_files_are_refused(tmp_path: Path, write: Callable[[h5py.File, Path], None]) -> None:
    path, other = tmp_path / "a.h5", tmp_path / "secret.h5"
    with h5py.File(other, "w") as file:
        file["values"] = np.arange(3)
    with h5py.File(path, "w") as file:
        write(file, other)
    assert hdf5_walk.main(str(path), 1, 1 << 28) == hdf5_walk.ELSEWHERE


def test_a_small_file_may_not_claim_many_values(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        for number in range(3):
            file.create_dataset(f"{number}", 1 << 20, "u1", chunks=(1 << 20,))
    monkeypatch.setattr(hdf5_walk, "_RATIO", 0)
    assert hdf5_walk.main(str(path), 1, 3 << 20) == 0
    assert hdf5_walk.main(str(path), 1, (3 << 20) - 1) == hdf5_walk.TOO_MUCH


def test_a_group_that_holds_itself_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file["again"] = file["/"]
    assert hdf5_walk.main(str(path), 1, 1 << 28) == hdf5_walk.UNSEEN


def test_a_group_that_cannot_be_listed_hides_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file["a/b"] = 1
    content = path.read_bytes()
    names = [place for place in range(len(content)) if content.startswith(b"TREE", place)]
    path.write_bytes(content[: names[-1]] + b"tree" + content[names[-1] + 4 :])
    assert hdf5_walk.main(str(path), 1, 1 << 28) == hdf5_walk.UNSEEN


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
