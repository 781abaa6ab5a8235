"""Read all of an HDF5 file and keep nothing: run as a process of its own, `python -P hdf5_walk.py FILE SECONDS BYTES`.

A few changed bytes make libhdf5 run for ever, crash or ask for any amount of memory, and nothing within its own process
can stop it. Here the system does, after so many seconds of computing or so many bytes. What libhdf5 itself finds wrong
with values is no matter here: whoever reads them is told again. What cannot be looked into is another matter, and so
is what lies in other files: an HDF5 file can name any file of this computer as the place of its values.
"""

import math
import os
import sys
import time
from collections.abc import Iterator
from typing import Any

import h5py

OUT_OF_MEMORY, TOO_MUCH, ELSEWHERE, UNSEEN = 3, 4, 5, 6
"""Exit statuses: more bytes than allowed, values that the file cannot hold, values in other files, a hidden part."""
_BLOCK = 1 << 24
"""Bytes read at a time."""
_DEEPEST = 50
_RATIO = 1 << 10
"""Times its size that a file can unpack to: what gzip reaches."""
_TOLD_AGAIN = (OSError, RuntimeError, ValueError, TypeError, LookupError, ArithmeticError, AttributeError)


class _RefusedError(Exception):
    """The first argument is the exit status."""


def main(path: str, seconds: int, memory: int) -> int:
    """The exit status: 0 or one of those above; TOO_MUCH after the data set is printed that the file cannot hold."""
    _limit(seconds, memory)
    try:
        with h5py.File(path, "r") as file:
            left = memory + _RATIO * os.stat(path).st_size
            for values in _datasets(file, 0):
                left -= _claimed(values)
                if left < 0:
                    told = f"{values.name} is declared as {values.dtype} {values.shape}"
                    sys.stdout.write(told.encode("ascii", "backslashreplace").decode())
                    return TOO_MUCH
                _read(values)
    except MemoryError:
        return OUT_OF_MEMORY
    except _RefusedError as refused:
        return int(refused.args[0])
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
    if depth > _DEEPEST:
        raise _RefusedError(UNSEEN)
    try:
        links = [(name, group.get(name, getlink=True)) for name in group]
    except _TOLD_AGAIN:
        raise _RefusedError(UNSEEN) from None
    for name, link in links:
        if isinstance(link, h5py.ExternalLink):
            raise _RefusedError(ELSEWHERE)
        try:
            member = group.get(name)
        except _TOLD_AGAIN:
            continue
        if isinstance(member, h5py.Group):
            yield from _datasets(member, depth + 1)
        elif isinstance(member, h5py.Dataset):
            yield member


def _claimed(values: Any) -> int:
    """Bytes of all values by what the file says of them; _RefusedError where they lie in other files."""
    try:
        elsewhere, shape, size = values.external or values.is_virtual, values.shape or (), values.dtype.itemsize
    except _TOLD_AGAIN:
        raise _RefusedError(UNSEEN) from None
    if elsewhere:
        raise _RefusedError(ELSEWHERE)
    return math.prod(shape) * int(size)


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
