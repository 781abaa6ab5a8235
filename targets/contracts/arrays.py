"""Read-only arrays: how every frozen dataclass of the house holds its numbers."""

import mmap
from typing import Any

import numpy as np
import numpy.typing as npt

from targets.contracts.errors import InputError

Array = npt.NDArray[Any]
Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]


def readonly(values: npt.ArrayLike, dtype: npt.DTypeLike, place: str, ndim: int = 1) -> Array:
    """A read-only copy of `values` as `dtype` with `ndim` axes; what nobody can write to is returned as it is.

    Raises InputError when the number of axes is wrong, when a float is NaN or infinite, or when a number does not
    fit the integer `dtype` exactly; `place` says in the message which array it was.
    """
    given = np.asarray(values)
    if given.ndim != ndim:
        raise InputError(f"{place} has shape {given.shape}; it needs {ndim} axes, so reshape it.")
    if given.dtype.kind not in "buif":
        raise InputError(f"{place} holds {given.dtype}; only numbers are allowed, so convert it first.")
    if given.dtype.kind == "f" and not np.isfinite(given).all():
        bad = int(np.count_nonzero(~np.isfinite(given)))
        raise InputError(
            f"{place} holds {bad:,} NaN or infinite of {given.size:,} values; all must be finite, "
            "so repair or retrain the network."
        )
    if given.dtype == np.dtype(dtype) and given.flags.c_contiguous and _never_written(given):
        return given
    with np.errstate(invalid="ignore"):
        array = np.array(given, dtype=dtype, order="C")
    if array.dtype.kind in "iu" and array.dtype != given.dtype and not np.array_equal(array, given):
        raise InputError(f"{place} holds numbers that do not fit {array.dtype}; round or scale them first.")
    array.setflags(write=False)
    return sealed(array)


def sealed(fresh: Array) -> Array:
    """`fresh` as an array that nobody can write to and `readonly` need not copy; its maker must keep no name of it."""
    if not fresh.size or not fresh.flags.c_contiguous:
        return fresh
    return np.frombuffer(fresh.reshape(-1).view(np.uint8).data.toreadonly(), fresh.dtype).reshape(fresh.shape)


def _never_written(array: Array) -> bool:
    """Whether an array lies in memory that cannot be made writable, such as a file mapped for reading."""
    lender: Any = array
    while isinstance(lender, np.ndarray):
        if lender.flags.writeable:
            return False
        lender = lender.base
    return isinstance(lender, bytes | memoryview | mmap.mmap) and memoryview(lender).readonly
