"""AEDAT 3.1 files, in which DVS-Gesture was published.

iniVation, "AEDAT 3.1 file format": comment lines that begin with #, the last of them `#!END-HEADER`, then packets,
little-endian. A packet's header is 28 bytes (type and source as 2 bytes each; then size of an event, offset of its
time, overflows of the clock, capacity, number of events, valid events as 4 bytes each). A polarity event (type 1) is
8 bytes: bit 0 valid, bit 1 polarity, bits 2-16 y, bits 17-31 x, then the time in microseconds.
"""

import re
import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from search.data.encoders.events import EVENT_DTYPE
from search.data.readers.event_recording import CAMERAS, EventRecording, content_of, recording_of
from targets.contracts.arrays import Array
from targets.contracts.errors import InputError

MAGIC = b"#!AER-DAT3.1"

LARGEST = 1 << 31
"""Bytes a file may have; DVS-Gesture's largest has 0.1 GB."""

_END = b"#!END-HEADER\r\n"
_PACKET = struct.Struct("<hhiiiiii")
_SOURCE = re.compile(rb"#Source \d+: *(\w+)")
_POLARITY = 1
_RECORD = np.dtype([("data", "<u4"), ("time", "<i4")])


def read_aedat3(path: Path) -> EventRecording:
    """The valid polarity events of a file; packets of other types are passed over.

    Raises InputError for a file that is missing, unreadable, of another kind or version, too large or cut off.
    """
    content = content_of(path, "an AEDAT 3.1", LARGEST)
    end = content.find(_END)
    if not content.startswith(MAGIC) or end < 0:
        raise InputError(f"{path} has no header of AEDAT 3.1; a file of that format is needed, so get it again.")
    packets = [np.empty(0, EVENT_DTYPE), *_packets(memoryview(content), end + len(_END), path)]
    events = np.concatenate(packets)
    return recording_of(path, _sensor(content[:end]), *(events[name] for name in ("x", "y", "t", "p")))


def _sensor(header: bytes) -> tuple[int, int] | None:
    """Width and height of the camera that the line `#Source 1: ` names, if it is known."""
    found = _SOURCE.search(header)
    name = found[1].decode("ascii").upper() if found else ""
    return next((size for camera, size in CAMERAS.items() if name.startswith(camera)), None)


def _packets(content: memoryview, offset: int, path: Path) -> Iterator[Array]:
    while offset < len(content):
        try:
            kind, _, size, _, overflows, _, number, _ = _PACKET.unpack_from(content, offset)
        except struct.error:
            raise _cut_off(path, offset) from None
        offset += _PACKET.size
        if size < 0 or number < 0 or offset + size * number > len(content):
            raise _cut_off(path, offset)
        if kind == _POLARITY and size == _RECORD.itemsize:
            records = np.frombuffer(content, _RECORD, number, offset)
            data = records["data"].astype(np.int64)
            events = np.empty(number, EVENT_DTYPE)
            events["x"], events["y"], events["p"] = data >> 17, data >> 2 & 0x7FFF, data >> 1 & 1
            events["t"] = records["time"] + (np.int64(overflows) << 31)
            yield events[(data & 1).astype(bool)]
        offset += size * number


def _cut_off(path: Path, offset: int) -> InputError:
    return InputError(f"{path} ends within the packet at byte {offset:,}; it is cut off or damaged, so get it again.")
