"""Npz: the arrays of a .npz, whose shapes are known before any of them is read."""

import tokenize
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from targets.contracts.arrays import Array, sealed
from targets.contracts.errors import InputError

_DAMAGES = (
    *(OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error),
    *(NotImplementedError, RuntimeError),  # a kind of compression or encryption that zipfile does not know
    *(SyntaxError, tokenize.TokenError),  # a header that is no Python literal
)


@dataclass(frozen=True)
class Header:
    """Shape and dtype of an array in a file; None where the file does not tell them in a way that is known."""

    shape: tuple[int, ...] | None
    dtype: np.dtype[Any] | None

    @property
    def told(self) -> str:
        """In words, such as "float64 of shape (3, 4)"."""
        return "no array" if self.dtype is None else f"{self.dtype} of shape {self.shape}"

    @property
    def objects(self) -> bool:
        """Whether reading it would mean to run pickled code."""
        return self.dtype is not None and self.dtype.hasobject


@dataclass(frozen=True, eq=False)
class Npz:
    """An open .npz: a Header by key, and arrays by key, each read when it is asked for."""

    headers: Mapping[str, Header]
    archive: zipfile.ZipFile

    def read(self, key: str) -> Array:
        """The array of that key, which nobody can write to; InputError for one of objects."""
        if self.headers[key].objects:
            raise InputError(
                f"array {key!r} holds Python objects, which are not read; one of numbers is needed, so make it by "
                "np.stack or np.array(..., dtype=...) and save the file again."
            )
        with self.archive.open(f"{key}.npy") as member:
            return sealed(np.lib.format.read_array(member, allow_pickle=False))


@contextmanager
def opened(path: Path, what: str) -> Iterator[Npz]:
    """The .npz at `path`; InputError where it is missing or, now or while it is read, found damaged."""
    if not path.is_file():
        raise InputError(f"{path} does not exist; a .npz file with {what} is needed, so check the path.")
    try:
        if not zipfile.is_zipfile(path):
            raise ValueError("no zip archive")
        with zipfile.ZipFile(path) as archive:
            names = [name.removesuffix(".npy") for name in archive.namelist() if name.endswith(".npy")]
            yield Npz({name: _header(archive, name) for name in names}, archive)
    except InputError as error:
        raise InputError(str(error) if str(path) in str(error) else f"in {path}, {error}") from None
    except _DAMAGES as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise InputError(
            f"{path} is not a readable .npz of {what} ({reason}); write it with numpy.savez or motifc run."
        ) from None


def _header(archive: zipfile.ZipFile, key: str) -> Header:
    with archive.open(f"{key}.npy") as member:
        version = np.lib.format.read_magic(member)
        if version == (1, 0):
            shape, _, dtype = np.lib.format.read_array_header_1_0(member)
        elif version == (2, 0):
            shape, _, dtype = np.lib.format.read_array_header_2_0(member)
        else:
            return Header(None, None)
    return Header(shape, dtype)
