"""rows: zeros for compiled code, from where a register's worth of memory begins."""

import numpy as np

from targets.contracts.arrays import Array
from targets.contracts.jit import compiled

_LINE = 64  # bytes; a row of lanes that lies across two lines of the cache takes twice as long


@compiled(nogil=True)
def rows(count: int, lanes: int, like: Array) -> Array:
    """Zeros [row, lane] of the type of `like`."""
    whole = np.zeros(count * lanes + _LINE // like.itemsize, like.dtype)
    first = -whole.ctypes.data % _LINE // like.itemsize
    return whole[first : first + count * lanes].reshape((count, lanes))
