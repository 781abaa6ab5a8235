"""AEDAT 2.0 files, as jAER records them.

iniVation, "AEDAT 2.0 file format": comment lines that begin with #, then records of 8 bytes, big-endian: address and
time in microseconds. What an address means depends on the camera, which a line `# AEChip: ` names:

    DVS128  bit 0 polarity (0 = brighter), bits 1-7 x, bits 8-14 y; an address above 2^15 is no pixel
    DAVIS   bit 11 polarity (1 = brighter), bits 12-21 x, bits 22-30 y; bit 31 or bit 10: frames, motion, no pixel

x is counted from the right and y from below (jAER's extractors of both chips; libcaer's translator of the DVS128 turns
both round as well and has the same polarity); here both count from the upper left. A file that names no camera is that
of a DVS128 if all its addresses are below 2^16.
"""

import re
from pathlib import Path

import numpy as np

from search.data.readers.event_recording import (
    CAMERAS,
    EventRecording,
    check_number,
    content_of,
    recording_of,
    unwrapped,
    whole_records,
)
from targets.contracts.arrays import Array
from targets.contracts.errors import InputError

MAGIC = b"#!AER-DAT2.0"
_RECORD = np.dtype([("address", ">u4"), ("time", ">u4")])
_CHIP = re.compile(rb"# AEChip: *([\w.$]{1,100})")
_OTHER_ADDRESS = 1 << 15
_DAVIS_OTHER = np.uint32(1 << 31 | 1 << 10)


def read_aedat2(path: Path) -> EventRecording:
    """The events of the pixels; all else is passed over.

    Raises InputError for a file that is missing, unreadable, of another kind, too large, cut off or of a camera that
    is not known here.
    """
    content = content_of(path, "an AEDAT 2.0")
    if not content.startswith(MAGIC):
        raise InputError(f"{path} has no header of AEDAT 2.0; a file of that format is needed, so get it again.")
    start = 0
    while content.startswith(b"#", start):
        end = content.find(b"\n", start)
        if end < 0:
            raise InputError(f"{path} ends within its header; it is cut off or damaged, so get it again.")
        start = end + 1
    records = np.frombuffer(whole_records(path, content, start, _RECORD.itemsize), _RECORD)
    check_number(path, len(records))
    address = records["address"].astype(np.uint32)
    camera = _camera(path, content[:start], address)
    width, height = CAMERAS[camera]
    if camera == "DVS128":
        pixel = address < _OTHER_ADDRESS
        x, y, p = address >> 1 & 0x7F, address >> 8 & 0x7F, ~address & 1
    else:
        pixel = (address & _DAVIS_OTHER) == 0
        x, y, p = address >> 12 & 0x3FF, address >> 22 & 0x1FF, address >> 11 & 1
    t = unwrapped(records["time"], 32)
    columns = (width - 1 - x.astype(np.int64), height - 1 - y.astype(np.int64), t, p)
    return recording_of(path, (width, height), *(column[pixel] for column in columns))


def _camera(path: Path, header: bytes, address: Array) -> str:
    found = _CHIP.search(header)
    if found is None:
        if address.size and int(address.max()) >= 1 << 16:
            raise InputError(
                f"{path} names no camera in a line '# AEChip: ', and its addresses up to {int(address.max()):#x} are "
                f"not those of a DVS128; {', '.join(CAMERAS)} can be read, so add the line."
            )
        return "DVS128"
    chip = found[1].decode("ascii").rsplit(".", 1)[-1]
    for camera in CAMERAS:
        if chip.upper().startswith(camera):
            return camera
    raise InputError(f"{path} is of the camera {chip}; {', '.join(CAMERAS)} can be read, so convert it to AEDAT 4.")
