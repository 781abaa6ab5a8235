"""RAW files of Prophesee's cameras in the encoding EVT 2.0.

Prophesee, "EVT 2.0 Format", https://docs.prophesee.ai/stable/data/encoding_formats/evt2.html: lines `% keyword value`,
then words of 32 bits, whose upper four tell what they are:

    0, 1  an event, darker or brighter: bits 22-27 low six bits of its time, bits 11-21 x, bits 0-10 y
    8     the upper 28 bits of the times that follow, microseconds
    10, 14, 15  triggers and extensions, passed over
"""

from pathlib import Path

import numpy as np

from search.data.readers.event_recording import (
    EventRecording,
    check_number,
    content_of,
    recording_of,
    unwrapped,
    whole_records,
)
from search.data.readers.percent_header import raw_events
from targets.contracts.errors import InputError

_DARKER, _BRIGHTER, _TIME_HIGH = 0, 1, 8
_KNOWN = (_DARKER, _BRIGHTER, _TIME_HIGH, 10, 14, 15)


def read_evt2(path: Path) -> EventRecording:
    """The events of a file; those before its first time are passed over.

    Raises InputError for a file that is missing, unreadable, of another encoding, too large, cut off or damaged.
    """
    content = content_of(path, "an EVT 2.0")
    header = raw_events(content, path, "2.0")
    words = np.frombuffer(whole_records(path, content, header.end, 4), "<u4")
    kind = (words >> 28).astype(np.uint8)
    unknown = np.flatnonzero(~np.isin(kind, _KNOWN))
    if unknown.size:
        raise InputError(
            f"{path} holds a word of the reserved type {kind[unknown[0]]} at byte {header.end + 4 * unknown[0]:,}; it "
            "is damaged or of another camera, so get it again."
        )
    highs = np.flatnonzero(kind == _TIME_HIGH)
    bases = np.concatenate([[-1], unwrapped(words[highs] & 0xFFFFFFF, 28)])
    places = np.flatnonzero(kind <= _BRIGHTER)
    check_number(path, len(places))
    high = bases[np.searchsorted(highs, places)]
    places, high = places[high >= 0], high[high >= 0]
    events = words[places]
    t = high << 6 | (events >> 22 & 0x3F)
    return recording_of(path, header.sensor, events >> 11 & 0x7FF, events & 0x7FF, t, kind[places])
