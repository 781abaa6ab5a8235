from pathlib import Path

import h5py
import numpy as np
import pytest

from search.data.readers.hdf5 import channel_events, dataset_of, open_hdf5, values_of
from targets.contracts.errors import InputError
from tests.search.data.tasks.spike_files import loop_in_heap, random_recording, write_heidelberg


def test_times_in_seconds_become_whole_microseconds() -> None:
    events = channel_events(np.array([0.0, 0.25, 1.5e-6]), np.array([0, 699, 3]), 700, "recording 0")
    assert events["t"].tolist() == [0, 250_000, 1]
    assert events["x"].tolist() == [0, 699, 3]
    assert events["p"].all()


def test_half_precision_times_beyond_its_range_in_microseconds() -> None:
    events = channel_events(np.array([1.25], np.float16), np.array([1]), 2, "recording 0")
    assert events["t"].tolist() == [1_250_000]


@pytest.mark.parametrize(
    ("seconds", "channels", "message"),
    [
        ([-1.0], [0], "it has negative or infinite spike times; unpack or copy the file again."),
        (
            [1_370.0],
            [0],
            "it has a spike at 1370, in seconds; spoken words last up to 20 seconds, so its times are in another unit, "
            "such as milliseconds or samples: divide them.",
        ),
        ([0.0], [2], "it has channels 2 to 2; 0 to 1 are allowed, so unpack or copy the file again."),
        (
            [0.0, 1.0],
            [0],
            "it has times of shape (2,) and channels of shape (1,); each spike needs one of both, so unpack or copy "
            "the file again.",
        ),
    ],
)
def test_what_are_no_times_or_channels_is_refused(seconds: list[float], channels: list[int], message: str) -> None:
    with pytest.raises(InputError) as error:
        channel_events(np.array(seconds), np.array(channels), 2, "it")
    assert str(error.value) == message


def test_a_missing_data_set_and_a_file_of_another_kind(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file["inner/values"] = np.arange(3)
    with open_hdf5(path) as file:
        assert dataset_of(file, "inner/values", path)[()].tolist() == [0, 1, 2]
        with pytest.raises(InputError, match=r"a\.h5 holds no data set 'inner' in /; unpack or copy it again\.$"):
            dataset_of(file, "inner", path)
    path.write_bytes(b"no hdf5")
    with pytest.raises(InputError, match=r"^.*a\.h5 is no readable HDF5 file \("), open_hdf5(path):
        pass


def _error(path: Path) -> str:
    with pytest.raises(InputError) as raised, open_hdf5(path):
        pass
    return str(raised.value)


@pytest.mark.slow
def test_a_file_that_libhdf5_reads_for_ever_is_refused(tmp_path: Path) -> None:
    path = write_heidelberg(tmp_path / "a.h5", [random_recording(seed, 64) for seed in range(2)], [0, 1], [0, 1])
    assert _error(loop_in_heap(path)) == (
        f"{path} is no readable HDF5 file (reading it does not end); unpack or copy it again."
    )


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param("while True: pass", "reading it does not end", marks=pytest.mark.slow),
        ("sys.exit(3)", "reading it takes more than 256 MiB"),
        ("os.kill(os.getpid(), signal.SIGSEGV)", "reading it crashes with signal 11"),
    ],
)
def test_what_becomes_of_the_process_that_reads_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, reason: str
) -> None:
    walk = tmp_path / "walk.py"
    limit = "resource.setrlimit(resource.RLIMIT_CPU, (int(sys.argv[2]),) * 2)"
    walk.write_text(f"import os, resource, signal, sys\n{limit}\n{body}\n")
    monkeypatch.setattr("search.data.readers.hdf5._WALK", walk)
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file["values"] = [len(body)]  # so that no other test has read the same
    assert _error(path) == f"{path} is no readable HDF5 file ({reason}); unpack or copy it again."


def test_a_file_is_read_first_once_and_again_when_it_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk, tally, path = tmp_path / "walk.py", tmp_path / "tally", tmp_path / "a.h5"
    walk.write_text(f"open({str(tally)!r}, 'a').write('x')")
    monkeypatch.setattr("search.data.readers.hdf5._WALK", walk)
    for value in (1234, 1234, 1235):
        with h5py.File(path, "w") as file:
            file["values"] = [value]
        for _ in range(2):
            with open_hdf5(path):
                pass
    assert tally.read_text() == "xx"


def test_more_memory_than_a_file_can_hold(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("rows", (2, 1 << 40), "u1", chunks=(1, 1 << 20))
    assert _error(path) == (
        f"{path} is no readable HDF5 file (/rows is declared as uint8 (2, 1099511627776), more than it can hold); "
        "unpack or copy it again."
    )


def test_values_of_another_shape_are_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file["plane"] = np.zeros((2, 3))
        file["one"] = 1
    with open_hdf5(path) as file:
        for name, shape in (("plane", "(2, 3)"), ("one", "()")):
            with pytest.raises(InputError) as raised:
                values_of(file, name, path)
            assert str(raised.value) == (
                f"{path} holds {name} of shape {shape}; one axis of at most 67,108,864 is allowed, so unpack or copy "
                "it again."
            )
