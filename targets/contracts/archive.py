"""Archive: the arrays of a .npz, read one by one and only as far as they are asked for."""

import lzma
import math
import os
import tokenize
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np

from targets.contracts.arrays import Array
from targets.contracts.scratch import room
from targets.contracts.shown import brief, shown

_FREE = 1 << 28
_RATIO = 100
"""An array may be unpacked to 256 MiB, or to so many times the size of its file where that is more."""
_PIECE = 1 << 20
"""Bytes that are unpacked at a time."""
_MEMBERS = 1 << 16
_HEADER = 10_000
"""Characters of what a .npy tells of its array."""
_UNREADABLE = (
    OSError,
    ValueError,
    EOFError,
    RuntimeError,  # an encrypted member; a compression that is unknown is NotImplementedError, one of these
    SyntaxError,
    tokenize.TokenError,
    OverflowError,
    MemoryError,  # too many brackets in a header
    TypeError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
)


_END = 22 + (1 << 16)
"""Bytes of an archive's end and the longest remark behind it."""


class UnreadableError(Exception):
    """What is wrong with an archive, as part of a sentence."""


@dataclass(frozen=True)
class _Member:
    """An array as its header tells of it; `start` is where its numbers begin."""

    info: zipfile.ZipInfo
    shape: tuple[int, ...]
    fortran: bool
    dtype: np.dtype[Any]
    start: int


class Archive:
    """The arrays of an open .npz by their names; headers are read at once, numbers when they are asked for.

    Nothing in it is ever executed. UnreadableError is raised for an archive or array that is damaged, encrypted, packed
    in a way unknown to Python, or unpacks to far more than its file (256 MiB, or 100 times its size where that is
    more).
    """

    def __init__(self, file: BinaryIO) -> None:
        self._size = os.fstat(file.fileno()).st_size
        with _reading(""):
            if not zipfile.is_zipfile(file):
                raise UnreadableError("no zip archive")
            self._zip = zipfile.ZipFile(file)
            if (found := len(self._zip.infolist())) != (told := _entries(file, found)):
                raise UnreadableError(f"{found:,} members where it tells of {told:,}")
        for entry in self._zip.infolist():
            with _reading(""), self._zip.open(entry):  # asks whether it is named so where it stands, too
                if entry.filename != entry.orig_filename:
                    raise UnreadableError(f"a member named {brief(entry.orig_filename)}")
        entries = [entry for entry in self._zip.infolist() if entry.filename.endswith(".npy")]
        entries = [entry for entry in entries if not entry.filename.startswith("__MACOSX/")]
        if len(entries) > _MEMBERS:
            raise UnreadableError(f"{len(entries):,} arrays; up to {_MEMBERS:,} are read")
        self._members: dict[str, _Member] = {}
        for entry in entries:
            name = entry.filename.removesuffix(".npy")
            if name in self._members:
                raise UnreadableError(f"two arrays named {brief(name)}")
            self._members[name] = self._member(entry, name)

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Name -> shape of every array."""
        return {name: member.shape for name, member in self._members.items()}

    def kind(self, name: str) -> str:
        """The kind of numbers in an array, as numpy's dtype.kind: one of "biufcSUVO" and others."""
        return self._members[name].dtype.kind

    def get(self, name: str) -> Array | None:
        """The array of that name, read-only; None when there is none."""
        return self[name] if name in self._members else None

    def __getitem__(self, name: str) -> Array:
        """The array of that name, read-only."""
        member = self._members[name]
        if member.dtype.hasobject:
            raise UnreadableError(f"array {brief(name)} holds Python objects, which are never read")
        size = math.prod(member.shape) * member.dtype.itemsize
        most = max(_FREE, _RATIO * self._size)
        if math.prod(max(1, axis) for axis in member.shape) * member.dtype.itemsize > most:
            raise UnreadableError(
                f"array {brief(name)} unpacks to {size:,} bytes; of a file of {self._size:,} up to {most:,} are read, "
                "so store it with numpy.savez, which packs nothing"
            )
        with _reading(name), self._zip.open(member.info) as stream:
            stream.read(member.start)
            data, filled = room((size,)), 0
            while piece := stream.read(min(_PIECE, size - filled)):  # so that the array is never held twice
                data[filled : filled + len(piece)] = np.frombuffer(piece, np.uint8)
                filled += len(piece)
            if filled < size or stream.read(1):
                raise UnreadableError(f"array {brief(name)} has more or fewer bytes than its shape {member.shape}")
            flat = np.frombuffer(data.data.toreadonly(), member.dtype)
            return flat.reshape(member.shape, order="F" if member.fortran else "C")

    def _member(self, entry: zipfile.ZipInfo, name: str) -> _Member:
        with _reading(name), self._zip.open(entry) as stream:
            version = np.lib.format.read_magic(stream)
            read = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
            if version not in read:
                raise UnreadableError(f"array {brief(name)} in version {version} of .npy")
            with warnings.catch_warnings(action="ignore"):  # that Python 2 wrote it
                shape, fortran, dtype = read[version](stream, max_header_size=_HEADER)
            if any(size < 0 for size in shape) or dtype.subdtype is not None:
                raise UnreadableError(f"array {brief(name)} of shape {brief(shape)} and type {brief(str(dtype))}")
            return _Member(entry, shape, fortran, dtype, stream.tell())


def _entries(file: BinaryIO, found: int) -> int:
    """How many members the end of an archive tells of; `found` where it can tell of no more than 65,534."""
    file.seek(max(0, os.fstat(file.fileno()).st_size - _END))
    end = file.read()
    place = end.rfind(b"PK\x05\x06")
    told = int.from_bytes(end[place + 10 : place + 12], "little")
    return told if told != 0xFFFF else found


@contextmanager
def _reading(name: str) -> Iterator[None]:
    """Whatever goes wrong inside as UnreadableError."""
    try:
        yield
    except _UNREADABLE as error:
        reason = shown((str(error).splitlines() or [type(error).__name__])[0])[:120]
        place = f"array {brief(name)}: " if name else ""
        raise UnreadableError(f"{place}{reason}") from None
