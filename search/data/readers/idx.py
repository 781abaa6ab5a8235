"""The idx files of MNIST and of the sets made after it, gzipped or not.

Y. LeCun, C. Cortes and C. Burges, "The MNIST database of handwritten digits". A file is, big-endian: two zero bytes,
the type (8: unsigned bytes), the number of axes, the size of every axis as 4 bytes, and the numbers, last axis fastest.
"""

import gzip
import math
import struct
import zlib
from pathlib import Path
from typing import IO, cast

import numpy as np

from search.data.readers.files import missing
from search.data.task_info import TaskInfo
from targets.contracts.arrays import Array, Ints
from targets.contracts.errors import InputError

LARGEST = 1 << 28
"""Numbers a file may hold; MNIST's largest has 47 million."""

_UNSIGNED_BYTES = 8
_AXES = {1: "labels [sample]", 3: "images [sample, row, column]"}


def read_idx(path: Path, axes: int) -> Array:
    """The numbers of a file with 1 (labels) or 3 (images) axes, uint8; a name that ends in .gz is gunzipped.

    Raises InputError for a file that is missing, unreadable, of another kind, too large, cut off or too long.
    """
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            return _numbers(cast("IO[bytes]", file), path, axes)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise InputError(f"{path} is a damaged gzip file ({error}); get it again.") from None
    except OSError as error:
        raise InputError(
            f"{path} cannot be read ({error.strerror}); an idx file of {_AXES[axes]} is needed, so restore it."
        ) from None


def _numbers(file: IO[bytes], path: Path, axes: int) -> Array:
    header = file.read(4 + 4 * axes)
    if header[:4] != bytes([0, 0, _UNSIGNED_BYTES, axes]):
        raise InputError(
            f"{path} begins with {header[:4].hex(' ') or 'nothing'}; an idx file of {_AXES[axes]} begins with "
            f"00 00 08 {axes:02}, so check that it is the right file."
        )
    if len(header) < 4 + 4 * axes:
        raise InputError(f"{path} ends within its header after {len(header)} bytes; it is cut off, so get it again.")
    sizes = struct.unpack(f">{axes}I", header[4:])
    count = math.prod(sizes)
    if count > LARGEST:
        raise InputError(
            f"{path} says it holds {' x '.join(map(str, sizes))} numbers; at most {LARGEST:,} are allowed, so it is "
            "damaged: get it again."
        )
    numbers = file.read(count + 1)
    if len(numbers) != count:
        held = f"only {len(numbers):,}" if len(numbers) < count else "more"
        raise InputError(
            f"{path} says it holds {count:,} numbers and has {held}; it is cut off or damaged, so get it again."
        )
    return np.frombuffer(numbers, np.uint8).reshape(sizes)


def image_files(folder: Path, part: str, about: TaskInfo) -> tuple[Path, Path]:
    """The files of images and labels of a part, "train" or "t10k"; InputError when one is in neither form there."""
    return _found(folder, f"{part}-images-idx3-ubyte", about), _found(folder, f"{part}-labels-idx1-ubyte", about)


def read_images(images_file: Path, labels_file: Path, rows: int, columns: int, classes: int) -> tuple[Array, Ints]:
    """Images uint8 [sample, row, column] and their labels int32 [sample]; InputError when they do not match."""
    images, labels = read_idx(images_file, 3), read_idx(labels_file, 1)
    if images.shape[1:] != (rows, columns):
        raise InputError(
            f"{images_file} holds images of {images.shape[1]} x {images.shape[2]} pixels; {rows} x {columns} are "
            "needed, so check that it is the right file."
        )
    if len(images) != len(labels) or not len(labels):
        raise InputError(
            f"{images_file} holds {len(images):,} images and {labels_file} {len(labels):,} labels; one each and at "
            "least one are needed, so get both again."
        )
    if labels.max() >= classes:
        raise InputError(
            f"{labels_file} has the label {labels.max()}; 0 to {classes - 1} are allowed, so check that it is the "
            "right file."
        )
    return images, labels.astype(np.int32)


def _found(folder: Path, name: str, about: TaskInfo) -> Path:
    for path in (folder / name, folder / f"{name}.gz"):
        if path.is_file():
            return path
    raise missing(folder, f"{name} or {name}.gz", about)
