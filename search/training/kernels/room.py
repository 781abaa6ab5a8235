"""room: large arrays without content, whose memory is used again and again."""

import math
import sys

import numpy as np

from targets.contracts.arrays import Array

_LEAST, _MOST = 1 << 20, 1 << 28  # bytes worth keeping, and bytes kept at most
_kept: list[Array] = []


def room(shape: tuple[int, ...], dtype: np.dtype[np.generic]) -> Array:
    """An array of that shape with any content, as `numpy.empty`.

    The memory of an earlier one that nothing refers to any more is used again: to get fresh pages from the system for
    every batch takes as long as to run the network.
    """
    size = math.prod(shape) * dtype.itemsize
    if size < _LEAST:
        return np.empty(shape, dtype)
    for place in range(len(_kept)):
        # Every array and tensor that looks at the memory refers to it; here the list and the call are alone.
        if size <= _kept[place].nbytes <= 2 * size and sys.getrefcount(_kept[place]) == 2:
            _kept.append(_kept.pop(place))
            return _kept[-1][:size].view(dtype).reshape(shape)
    whole = np.empty(size, np.uint8)
    _kept.append(whole)
    while sum(each.nbytes for each in _kept) > _MOST:
        _kept.pop(0)
    return whole[:size].view(dtype).reshape(shape)
