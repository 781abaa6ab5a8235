"""Read all of an HDF5 file and keep nothing: run as a process of its own, `python -P hdf5_walk.py FILE SECONDS BYTES`.

A few changed bytes make libhdf5 run for ever, crash or ask for any amount of memory, and nothing within its own process
can stop it. Here the system does, after so many seconds of computing or so many bytes. What libhdf5 itself finds wrong
is no matter here: whoever reads the file is told again.
"""

import math
import os
import sys
import time
from collections.abc import Iterator
from typing import Any

import h5py

OUT_OF_MEMORY, TOO_MUCH = 3, 4
_BLOCK = 1 << 24
"""Bytes read at a time."""
_DEEPEST = 50
_RATIO = 1 << 10
"""Times its size that a file can unpack to: what gzip reaches."""
_TOLD_AGAIN = (OSError, RuntimeError, ValueError, TypeError, LookupError, ArithmeticError, AttributeError)


def main(path: str, seconds: int, memory: int) -> int:
    """The exit status: 0, OUT_OF_MEMORY, or TOO_MUCH after the data set is printed that the file cannot hold."""
    _limit(seconds, memory)
    try:
        with h5py.File(path, "r") as file:
            most = memory + _RATIO * os.stat(path).st_size
            for values in _datasets(file, 0):
                if _size(values) > most:
                    told = f"{values.name} is declared as {values.dtype} {values.shape}"
                    sys.stdout.write(told.encode("ascii", "backslashreplace").decode())
                    return TOO_MUCH
                _read(values)
    except MemoryError:
        return OUT_OF_MEMORY
    except _TOLD_AGAIN:
        pass
    return 0


def _limit(seconds: int, memory: int) -> None:
    try:
        import resource
    except ImportError:  # elsewhere than on POSIX the caller's patience is the only limit
        return
    last = math.ceil(time.process_time()) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (last, last))
    if sys.platform == "linux":
        with open("/proc/self/statm", encoding="ascii") as file:
            used = int(file.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + memory, used + memory))


def _datasets(group: h5py.Group, depth: int) -> Iterator[Any]:
    """Every data set in a group and in its groups; what cannot be opened is left out."""
    for name in group if depth < _DEEPEST else ():
        try:
            member = group.get(name)
        except _TOLD_AGAIN:
            continue
        if isinstance(member, h5py.Group):
            yield from _datasets(member, depth + 1)
        elif isinstance(member, h5py.Dataset):
            yield member


def _size(values: Any) -> int:
    """Bytes of a data set when unpacked, 0 where it does not tell."""
    try:
        return int(values.nbytes)
    except _TOLD_AGAIN:
        return 0


def _read(values: Any) -> None:
    try:
        if not values.shape:
            values[()]
            return
        row = max(values.nbytes // max(values.shape[0], 1), 1)
        rows = 1 if values.dtype.kind == "O" else max(_BLOCK // row, 1)
        for start in range(0, values.shape[0], rows):
            values[start] if rows == 1 else values[start : start + rows]
    except _TOLD_AGAIN:
        pass


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
