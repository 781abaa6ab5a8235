"""Scratch: room for large arrays in files without a name, so that they need no memory of their own.

Such a file stands in the cache folder ($MOTIFC_CACHE), is mapped into memory and vanishes with the process, however
that ends. The system writes its pages to the disk and drops them from memory as it needs to.
"""

import math
import mmap
import os
import tempfile
from collections.abc import Iterable
from typing import Any

import numpy as np

from targets.contracts.arrays import Array, sealed
from targets.contracts.cache_folder import cache_folder
from targets.contracts.errors import InputError

HELD = 1 << 26
"""Bytes up to which an array is held in memory, 64 MiB."""


def room(shape: tuple[int, ...]) -> Array:
    """Zeros uint8 of that shape to write to: in memory up to `HELD` bytes, beyond in a scratch file.

    Raises InputError where the file cannot be made or the disk is full.
    """
    size = math.prod(shape)
    if size <= HELD:
        return np.zeros(shape, np.uint8)
    folder = _folder()
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            _allocate(file.fileno(), size)
            content = mmap.mmap(file.fileno(), size)
    except OSError as error:
        raise InputError(
            f"{size:,} bytes of spikes cannot be laid down in {folder or 'a temporary file'} ({error.strerror}); free "
            "space, or set MOTIFC_CACHE to a folder with more."
        ) from None
    return np.frombuffer(content, np.uint8).reshape(shape)


def padded(recordings: Iterable[Array]) -> tuple[Array, Array]:
    """Arrays uint8 [time, byte] of one width below each other, [recording, time, byte], and their lengths int32.

    They are taken one after the other, and together held in memory up to `HELD` bytes; shorter ones end with zeros.
    """
    lengths, width = [], 0
    with tempfile.SpooledTemporaryFile(HELD, dir=_folder()) as spool:
        for each in recordings:
            lengths.append(len(each))
            width = each.shape[1]
            spool.write(np.ascontiguousarray(each).data)
        spool.seek(0)
        whole = room((len(lengths), max(lengths, default=0), width))
        for row, length in zip(whole, lengths, strict=True):
            row[:length] = np.frombuffer(spool.read(length * width), np.uint8).reshape(length, width)
    return sealed(whole), np.array(lengths, np.int32)


def is_mapped(array: Array) -> bool:
    """Whether the numbers of an array lie in a file that is mapped into memory."""
    lender: Any = array
    while isinstance(lender, np.ndarray | memoryview):
        lender = lender.base if isinstance(lender, np.ndarray) else lender.obj
    return isinstance(lender, mmap.mmap)


def _allocate(handle: int, size: int) -> None:
    """Take the space at once: whoever finds the disk full when a mapped page is written is killed."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(handle, 0, size)
    else:
        os.ftruncate(handle, size)


def _folder() -> str | None:
    """The cache folder; None, for the system's own, where there can be none."""
    try:
        folder = cache_folder()
        folder.mkdir(parents=True, exist_ok=True)
    except (InputError, OSError):
        return None
    return str(folder)
