"""HDF5 files of spikes: opened, looked into, and checked, so that neither a stack trace of the library reaches a person
nor an endless loop of it.
"""

import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import h5py
import numpy as np

from search.data.readers.hdf5_walk import OUT_OF_MEMORY, TOO_MUCH
from targets.contracts.arrays import Array
from targets.contracts.errors import InputError

CHANNEL_EVENT_DTYPE = np.dtype([("x", "<i2"), ("t", "<i8"), ("p", "?")])
"""Events of a cochlea: channel, time in microseconds, polarity (always 1); as tonic has them, without a y."""

LONGEST = 20
"""Seconds a recording of one word may last; the longest of SHD has 1.4."""

MOST = 1 << 26
"""Values a data set of one axis may hold."""
_WALK = Path(__file__).with_name("hdf5_walk.py")
_SECONDS, _SECONDS_PER_MEGABYTE = 1, 1
_MEMORY, _MEMORY_PER_BYTE = 1 << 28, 16
_SMALL = 1 << 22
"""Bytes of a file up to which its content, not its place, tells whether it was looked at before."""
_TOLD = 200
"""Characters of what the other process may tell."""
_PATIENCE = 30
"""Seconds that may pass for each second of computing, on a computer busy with other things."""


@contextmanager
def open_hdf5(path: Path) -> Iterator[h5py.File]:
    """An HDF5 file for reading; InputError for one that is damaged or of another kind, now or while it is read.

    All of it is read beforehand by another process, once for each file as it is now (see `hdf5_walk`).
    """
    try:
        state = path.stat()
        small = state.st_size <= _SMALL
        known = hashlib.sha256(path.read_bytes()).hexdigest() if small else f"{path} {state.st_mtime_ns}"
        reason = _why_unread(_Unread(known, state.st_size, path))
    except OSError:
        reason = ""  # told below
    if reason:
        raise InputError(f"{path} is no readable HDF5 file ({reason}); unpack or copy it again.")
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


def values_of(group: h5py.Group, name: str, path: Path) -> Array:
    """The values of the data set `name`, which has one axis; InputError where it has not or holds too many."""
    found = dataset_of(group, name, path)
    if found.ndim != 1 or found.size > MOST:
        raise InputError(
            f"{path} holds {name.lstrip('/')} of shape {found.shape}; one axis of at most {MOST:,} is allowed, so "
            "unpack or copy it again."
        )
    return np.asarray(found[()])


def channel_events(seconds: Array, channels: Array, width: int, source: str) -> Array:
    """Events as tonic has them from times in seconds and channels below `width`, both [event].

    Times are cut to whole microseconds. Raises InputError, with `source`, for numbers that are no times or channels,
    and for times in another unit.
    """
    with np.errstate(invalid="ignore"):
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


@dataclass(frozen=True)
class _Unread:
    """A file as it is now: what tells it from others, its size, and where it is."""

    known: str
    size: int
    path: Path = field(compare=False)


@lru_cache(maxsize=256)
def _why_unread(file: _Unread) -> str:
    """Why the file cannot be read to its end, empty where it can."""
    seconds = _SECONDS + _SECONDS_PER_MEGABYTE * (file.size >> 20)
    memory = _MEMORY + _MEMORY_PER_BYTE * file.size
    try:
        done = subprocess.run(
            [sys.executable, "-P", str(_WALK), str(file.path), str(seconds), str(memory)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=dict(os.environ) | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "OMP_NUM_THREADS": "1"},
            timeout=_PATIENCE * seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "reading it does not end"
    status = done.returncode
    if status == TOO_MUCH:
        return f"{done.stdout.decode('ascii', 'replace').strip()[:_TOLD]}, more than it can hold"
    if status == OUT_OF_MEMORY:
        return f"reading it takes more than {memory >> 20} MiB"
    if status in (-signal.SIGKILL, -getattr(signal, "SIGXCPU", signal.SIGKILL)):
        return "reading it does not end"
    return f"reading it crashes with signal {-status}" if status < 0 else ""
