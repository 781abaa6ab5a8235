"""DAT files of Prophesee's cameras, version 2.

Prophesee, "DAT File Format", https://docs.prophesee.ai/stable/data/file_formats/dat.html: lines `% keyword value`, a
byte with the type of the events (12, in older files 0), a byte with their size (8), then events, little-endian: 4 bytes
time in microseconds, then bits 0-13 x, bits 14-27 y, bits 28-31 polarity (1 = brighter).
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
from search.data.readers.percent_header import percent_header
from targets.contracts.errors import InputError

_TYPES = (0, 12)
_RECORD = np.dtype([("time", "<u4"), ("data", "<u4")])


def read_dat(path: Path) -> EventRecording:
    """The events of a file.

    Raises InputError for a file that is missing, unreadable, of another kind or version, too large or cut off.
    """
    content = content_of(path, "a Prophesee DAT")
    header = percent_header(content, path)
    version = header.values.get("version")
    if not header.values or version != "2":
        found = f"version {version}" if version else "no version"
        raise InputError(f"{path} has {found} of DAT in its header; version 2 can be read, so convert it.")
    kind = tuple(content[header.end : header.end + 2])
    if len(kind) < 2 or kind[0] not in _TYPES or kind[1] != _RECORD.itemsize:
        raise InputError(
            f"{path} holds events of type and size {kind}; types {_TYPES} of 8 bytes can be read, so get it again."
        )
    records = np.frombuffer(whole_records(path, content, header.end + 2, _RECORD.itemsize), _RECORD)
    check_number(path, len(records))
    data = records["data"]
    polarity = data >> 28
    if records.size and polarity.max() > 1:
        raise InputError(f"{path} holds polarities up to {polarity.max()}; 0 and 1 are allowed, so get it again.")
    t = unwrapped(records["time"], 32)
    return recording_of(path, header.sensor, data & 0x3FFF, data >> 14 & 0x3FFF, t, polarity)
