from pathlib import Path

import h5py
import numpy as np
import pytest

from search.data.readers.hdf5 import channel_events, dataset_of, open_hdf5
from targets.contracts.errors import InputError


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
