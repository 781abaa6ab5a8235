"""room, blank: arrays that begin where a register's worth of memory does, and whose memory is used again."""

import math
import sys
from threading import Lock

import numpy as np

from targets.contracts.arrays import Array

_ALIGNED = 64  # bytes; a row of lanes that lies across two lines of the cache takes twice as long
_LEAST, _MOST = 1 << 20, 1 << 28  # bytes worth keeping, and bytes kept at most
_kept: list[Array] = []
_one_by_one = Lock()


def room(shape: tuple[int, ...], dtype: np.dtype[np.generic]) -> Array:
    """An array of that shape with any content, as `numpy.empty`.

    The memory of an earlier one that nothing refers to any more is used again: to get fresh pages from the system for
    every batch takes as long as to run the network.
    """
    size = math.prod(shape) * dtype.itemsize
    return _bytes(size).view(dtype).reshape(shape)


def blank(shape: tuple[int, ...], dtype: np.dtype[np.generic]) -> Array:
    """An array of zeros, as `numpy.zeros`."""
    made = room(shape, dtype)
    made.fill(0)
    return made


def _bytes(size: int) -> Array:
    if size < _LEAST:
        return _from_line(np.empty(size + _ALIGNED, np.uint8), size)
    with _one_by_one:
        for place in range(len(_kept)):
            # Every array and tensor that looks at the memory refers to it; here the list and the call are alone.
            if size <= _kept[place].nbytes - _ALIGNED <= 2 * size and sys.getrefcount(_kept[place]) == 2:
                _kept.append(_kept.pop(place))
                return _from_line(_kept[-1], size)
        _kept.append(np.empty(size + _ALIGNED, np.uint8))
        made = _from_line(_kept[-1], size)
        while sum(each.nbytes for each in _kept) > _MOST:
            _kept.pop(0)
        return made


def _from_line(whole: Array, size: int) -> Array:
    first = -whole.__array_interface__["data"][0] % _ALIGNED
    return whole[first : first + size]
