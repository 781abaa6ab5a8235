"""Event records of 40 bits, as N-MNIST and N-Caltech101 are stored.

G. Orchard, A. Jayawant, G. Cohen and N. Thakor, "Converting Static Image Datasets to Spiking Neuromorphic Datasets
Using Saccades", Front. Neurosci. 9:437, 2015. One event is 5 bytes, the highest bit first:

    x 8 bits | y 8 bits | p 1 bit | t 23 bits, microseconds

A record with y = 240 is no event: it says that the clock has passed another 2^13 microseconds, which are added to the
times of all records behind it (so do the authors' Matlab code and tonic).
"""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from search.data.encoders.events import EVENT_DTYPE
from targets.contracts.arrays import Array
from targets.contracts.errors import InputError
from targets.contracts.writing import making_folder

RECORD_BYTES = 5
OVERFLOW_ROW = 240
OVERFLOW = 1 << 13
LAST_TIME = (1 << 23) - 1
LARGEST = 1 << 28
"""Bytes a recording may have: 54 million events; the real ones have 5 thousand."""


def read_recording(path: Path) -> Array:
    """The events of a file, `EVENT_DTYPE` [event], in the order of the file.

    Raises InputError for a file that is missing, unreadable, empty, too large or no whole number of records.
    """
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise InputError(
                f"{path} has {size:,} bytes; a recording of 40-bit events has at most {LARGEST:,}, so check what it is."
            )
        content = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"{path} cannot be read ({error.strerror}); a file of 40-bit events is needed, so restore it."
        ) from None
    if not content:
        raise InputError(f"{path} is empty; a recording has at least one 40-bit event, so unpack it again.")
    if len(content) % RECORD_BYTES:
        raise InputError(
            f"{path} has {len(content):,} bytes, which is no multiple of {RECORD_BYTES}; 40-bit events are needed, so "
            "it is cut off or of another kind: unpack it again."
        )
    return decoded(content)


def decoded(content: bytes) -> Array:
    """The events of whole records, `EVENT_DTYPE` [event]."""
    x, y, high, middle, low = np.frombuffer(content, np.uint8).reshape(-1, RECORD_BYTES).T.astype(np.int64)
    overflows = y == OVERFLOW_ROW
    events = np.empty(len(x), EVENT_DTYPE)
    events["x"], events["y"], events["p"] = x, y, high >> 7
    events["t"] = ((high & 0x7F) << 16 | middle << 8 | low) + OVERFLOW * np.cumsum(overflows)
    return events[~overflows]


def encoded(events: Array) -> bytes:
    """The records of events, `decoded` gives them back exactly; the clock's overflows are put in where needed.

    Raises InputError for what 40 bits cannot hold: x outside 0..255, y outside 0..239, a negative time, and times that
    run so far back behind an overflow that no record can hold them.
    """
    x, y, p, t = (events[name].astype(np.int64) for name in ("x", "y", "p", "t"))
    for axis, values, most in (("x", x, 255), ("y", y, OVERFLOW_ROW - 1)):
        if values.size and not (values.min() >= 0 and values.max() <= most):
            raise InputError(
                f"events have {axis} from {values.min()} to {values.max()}; 40-bit records hold 0 to {most}, so crop "
                "or downsample them."
            )
    overflows = np.maximum.accumulate(np.maximum(-(-(t - LAST_TIME) // OVERFLOW), 0))
    t = t - OVERFLOW * overflows
    if t.size and t.min() < 0:
        raise InputError(
            f"events are not in order of time or begin before 0 (a record would have the time {t.min()}); 40-bit "
            "records need rising times from 0, so sort them."
        )
    records = np.stack([x, y, p << 7 | t >> 16, t >> 8 & 0xFF, t & 0xFF], axis=1).astype(np.uint8)
    inserted = np.repeat(np.arange(len(t)), np.diff(overflows, prepend=0))
    return np.insert(records, inserted, (0, OVERFLOW_ROW, 0, 0, 0), axis=0).tobytes()


def write_recordings(folder: Path, part: str, recordings: Iterable[Array], labels: Iterable[int]) -> None:
    """Write recordings in the folders of N-MNIST: `folder/part/<label>/<number>.bin`, part "Train" or "Test".

    The numbers are those of the samples, from 00001. The part appears when all of it is written, or not at all.
    Raises InputError when it is there already or cannot be written.
    """
    target = folder / part
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder} cannot be made ({error.strerror}); choose another folder.") from None
    with making_folder(target) as unfinished:
        for number, (events, label) in enumerate(zip(recordings, labels, strict=True), start=1):
            path = unfinished / str(label) / f"{number:05}.bin"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(encoded(events))
