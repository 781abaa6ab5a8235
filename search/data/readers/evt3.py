"""RAW files of Prophesee's cameras in the encoding EVT 3.0.

Prophesee, "EVT 3.0 Format", https://docs.prophesee.ai/stable/data/encoding_formats/evt3.html: lines `% keyword value`,
then words of 16 bits, whose upper four tell what they are and whose others change a state that later events share:

    0     y: bits 0-10
    2     an event: bits 0-10 x, bit 11 polarity
    3     base of vectors: bits 0-10 x, bit 11 polarity
    4, 5  a vector: an event at base x + i for each set bit i of the lower 12 or 8; the base moves on by 12 or 8
    6, 8  lower and upper 12 bits of the time in microseconds; the clock begins anew after 2^24
    7, 10, 14, 15  triggers and extensions, passed over

The clock has begun anew, as in the vendor's decoder, where its upper bits fall by nearly their whole range; a new upper
half sets the lower one to 0.
"""

from pathlib import Path

import numpy as np

from search.data.readers.event_recording import (
    EventRecording,
    check_number,
    content_of,
    recording_of,
    whole_records,
)
from search.data.readers.percent_header import raw_events
from targets.contracts.arrays import Array
from targets.contracts.errors import InputError

_Y, _X, _BASE, _VECTOR_12, _VECTOR_8, _TIME_LOW, _TIME_HIGH = 0, 2, 3, 4, 5, 6, 8
_KNOWN = (_Y, _X, _BASE, _VECTOR_12, _VECTOR_8, _TIME_LOW, 7, _TIME_HIGH, 10, 14, 15)
_PAYLOAD = (1 << 12) - 1
_FALL = _PAYLOAD - 10
_LARGEST = 1 << 26
"""Bytes; decoding takes some twenty times as many."""


def read_evt3(path: Path) -> EventRecording:
    """The events of a file; those before its first time and first y are passed over.

    Raises InputError for a file that is missing, unreadable, of another encoding, too large, cut off or damaged.
    """
    content = content_of(path, "an EVT 3.0", _LARGEST)
    header = raw_events(content, path, "3.0")
    words = np.frombuffer(whole_records(path, content, header.end, 2), "<u2")
    kind = (words >> 12).astype(np.uint8)
    unknown = np.flatnonzero(~np.isin(kind, _KNOWN))
    if unknown.size:
        raise InputError(
            f"{path} holds a word of the reserved type {kind[unknown[0]]} at byte {header.end + 2 * unknown[0]:,}; it "
            "is damaged or of another camera, so get it again."
        )
    places, x, p = _events(words, kind, path)
    y = _latest(words & 0x7FF, kind == _Y, places)
    t = _times(words & _PAYLOAD, kind, places)
    known = (y >= 0) & (t >= 0)
    return recording_of(path, header.sensor, x[known], y[known], t[known], p[known])


def _events(words: Array, kind: Array, path: Path) -> tuple[Array, Array, Array]:
    """For each event the index of its word, its x and its polarity, all [event], in the order of the file."""
    single = np.flatnonzero(kind == _X)
    vector = np.flatnonzero((kind == _VECTOR_12) | (kind == _VECTOR_8))
    width = np.where(kind[vector] == _VECTOR_12, 12, 8)
    valid = words[vector] & np.where(width == 12, _PAYLOAD, _PAYLOAD >> 4).astype(np.uint16)
    check_number(path, len(single) + int(np.bitwise_count(valid).sum(dtype=np.int64)))
    bases = np.flatnonzero(kind == _BASE)
    base = np.searchsorted(bases, vector) - 1
    based = base >= 0
    vector, width, valid, base = vector[based], width[based], valid[based], base[based]
    moved = np.cumsum(width) - width
    first = np.searchsorted(base, base)  # of the vectors of the same base
    start = (words[bases] & 0x7FF).astype(np.int64)[base] + moved - moved[first]
    row, bit = np.nonzero(valid[:, None] >> np.arange(12, dtype=np.uint16) & 1)
    places = np.concatenate([single, vector[row]])
    x = np.concatenate([(words[single] & 0x7FF).astype(np.int64), start[row] + bit])
    p = np.concatenate([words[single] >> 11 & 1, (words[bases] >> 11 & 1)[base[row]]])
    order = np.argsort(places, kind="stable")
    return places[order], x[order], p[order]


def _latest(values: Array, known: Array, places: Array) -> Array:
    """The value at the last of the known words before each place, -1 where there is none: int64 [place]."""
    where = np.flatnonzero(known)
    return np.concatenate([[-1], values[where].astype(np.int64)])[np.searchsorted(where, places)]


def _times(values: Array, kind: Array, places: Array) -> Array:
    """Microseconds at each place, negative before the first upper half: int64 [place]."""
    highs = np.flatnonzero(kind == _TIME_HIGH)
    high = values[highs].astype(np.int64)
    begun = np.cumsum(np.diff(high, prepend=high[:1]) <= -_FALL)
    bases = np.concatenate([[-1 << 12], (high << 12) + (begun << 24)])
    low = _latest(np.where(kind == _TIME_HIGH, 0, values), (kind == _TIME_LOW) | (kind == _TIME_HIGH), places)
    return bases[np.searchsorted(highs, places)] + np.maximum(low, 0)
