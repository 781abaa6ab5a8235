"""Rows: some rows of an array in a file that is mapped into memory, read when they are asked for."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from targets.contracts.arrays import Array, sealed
from targets.contracts.scratch import is_mapped


@dataclass(frozen=True, eq=False)
class Rows:
    """The rows `index` [row] of `whole`; indexed, iterated and handed to numpy as the array that they make.

    Nothing is held but the index: every access reads what it needs.
    """

    whole: Array
    index: Array

    @property
    def shape(self) -> tuple[int, ...]:
        """That of the array."""
        return (len(self.index), *self.whole.shape[1:])

    @property
    def dtype(self) -> np.dtype[Any]:
        """That of the array."""
        return self.whole.dtype

    def __len__(self) -> int:
        return len(self.index)

    def __iter__(self) -> Iterator[Array]:
        return (self.whole[row] for row in self.index)

    def __getitem__(self, key: Any) -> Array:
        first, *others = key if isinstance(key, tuple) else (key,)
        if first is Ellipsis or first is None:
            return np.asarray(self)[key]
        chosen = self.index[first]
        if chosen.ndim == 0:
            return self.whole[(chosen, *others)]
        rest = tuple(others) if all(isinstance(each, slice | int) for each in others) else None
        return self.whole[(chosen, *rest)] if rest is not None else self.whole[chosen][(slice(None), *others)]

    def tobytes(self) -> bytes:
        """The bytes of the array, row by row."""
        return np.asarray(self).tobytes()

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> Array:
        return np.asarray(self.whole[self.index], dtype)


def rows_of(array: Array | Rows, chosen: Array | slice) -> Array | Rows:
    """The chosen rows: of a mapped file as `Rows`, of what is in memory as an array that nobody can write to."""
    if isinstance(array, Rows):
        return Rows(array.whole, array.index[chosen])
    if isinstance(chosen, slice):
        return array[chosen]
    if is_mapped(array):
        return Rows(array, np.arange(len(array))[chosen])
    return sealed(array[chosen])
