"""HDF5 files of spikes: open_hdf5, looked into, and checked, so that no stack trace of the library reaches a person."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import h5py
import numpy as np

from targets.contracts.arrays import Array
from targets.contracts.errors import InputError

CHANNEL_EVENT_DTYPE = np.dtype([("x", "<i2"), ("t", "<i8"), ("p", "?")])
"""Events of a cochlea: channel, time in microseconds, polarity (always 1); as tonic has them, without a y."""

LONGEST = 20
"""Seconds a recording of one word may last; the longest of SHD has 1.4."""


@contextmanager
def open_hdf5(path: Path) -> Iterator[h5py.File]:
    """An HDF5 file for reading; InputError for one that is damaged or of another kind, now or while it is read."""
    try:
        with h5py.File(path, "r") as file:
            yield file
    except (OSError, RuntimeError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise InputError(f"{path} is no readable HDF5 file ({reason}); unpack or copy it again.") from None


def dataset_of(group: h5py.Group, name: str, path: Path) -> h5py.Dataset:
    """The data set `name` of a file or of a group in it; InputError where there is none."""
    found = group.get(name)
    if not isinstance(found, h5py.Dataset):
        raise InputError(f"{path} holds no data set {name.lstrip('/')!r} in {group.name}; unpack or copy it again.")
    return found


def channel_events(seconds: Array, channels: Array, width: int, source: str) -> Array:
    """Events as tonic has them from times in seconds and channels below `width`, both [event].

    Times are cut to whole microseconds. Raises InputError, with `source`, for numbers that are no times or channels,
    and for times in another unit.
    """
    microseconds = seconds.astype(np.float64) * 1e6  # first to float64: a float16 ends at 65,504
    if seconds.shape != channels.shape or seconds.ndim != 1:
        raise InputError(
            f"{source} has times of shape {seconds.shape} and channels of shape {channels.shape}; each spike needs one "
            "of both, so unpack or copy the file again."
        )
    if not (np.isfinite(microseconds) & (microseconds >= 0)).all():
        raise InputError(f"{source} has negative or infinite spike times; unpack or copy the file again.")
    latest = float(seconds.max(initial=0))
    if latest > LONGEST:
        raise InputError(
            f"{source} has a spike at {latest:.6g}, in seconds; spoken words last up to {LONGEST} seconds, so its "
            "times are in another unit, such as milliseconds or samples: divide them."
        )
    if channels.size and not (channels.min() >= 0 and channels.max() < width):
        raise InputError(
            f"{source} has channels {channels.min()} to {channels.max()}; 0 to {width - 1} are allowed, so unpack or "
            "copy the file again."
        )
    events = np.zeros(seconds.size, CHANNEL_EVENT_DTYPE)
    events["x"], events["t"], events["p"] = channels, np.minimum(microseconds, 1e15), True
    return events
