"""Any file of events: its first bytes tell which reader it is for, or which format it is that none can read."""

import re
from pathlib import Path

import numpy as np

from search.data.readers import aedat2, aedat3, aedat4
from search.data.readers.aer import read_recording
from search.data.readers.event_recording import EventRecording
from search.data.readers.evt2 import read_evt2
from search.data.readers.evt3 import read_evt3
from search.data.readers.percent_header import percent_header
from search.data.readers.prophesee_dat import read_dat
from targets.contracts.errors import InputError

ENDINGS = (".aedat", ".aedat4", ".dat", ".raw", ".bin")
"""What names of files of events end in, in small letters."""
FORMATS = "AEDAT 2.0, 3.1 and 4.0, Prophesee DAT 2, EVT 2.0 and 3.0, and 40-bit events of N-MNIST (.bin)"
SHORTEST, LONGEST = 1_000, 3_600_000_000
"""Microseconds from the first to the last event: what lies outside is in another unit."""

_READERS = {
    aedat2.MAGIC: aedat2.read_aedat2,
    aedat3.MAGIC: aedat3.read_aedat3,
    aedat4.MAGIC.rstrip(): aedat4.read_aedat4,
}
_VERSIONS = {"2.0": read_evt2, "3.0": read_evt3}
_AEDAT = re.compile(rb"#!AER-DAT(\d+\.\d+)")
_LONGEST_HEADER = 1 << 16
_BACK = 100_000
"""Microseconds; a sensor's rows come some milliseconds out of order at most."""


def read_events(path: Path) -> EventRecording:
    """The recording in a file of one of the `FORMATS`.

    Raises InputError for another format, naming its version, for a file that is missing, unreadable, too large, damaged
    or cut off, for one without events, and for times that are in no microseconds or run back.
    """
    recording = _read(path)
    times = recording.events["t"]
    if not times.size:
        raise InputError(f"{path} holds no event; a recording has at least some, so record it again or take it away.")
    back = int(np.diff(times).min(initial=0))
    if back < -_BACK:
        raise InputError(
            f"{path} has times that run back by {-back / 1e6:.3g} seconds, as of a clock that was set anew; one that "
            "runs on is needed, so cut the file there."
        )
    check_span(path, int(times.min()), int(times.max()), SHORTEST, LONGEST, "a recording")
    return recording


def check_span(source: object, first: int, last: int, shortest: int, longest: int, what: str) -> None:
    """InputError where `what`, from its `first` to its `last` event in microseconds, lasts as long as none can."""
    if not shortest <= last - first <= longest:
        raise InputError(
            f"{source} lasts {(last - first) / 1e6:.6g} seconds if its times are microseconds; {what} lasts "
            f"{shortest / 1e6:g} to {longest / 1e6:,g} seconds, so its times are in another unit or it is cut off: "
            "convert or get it again."
        )


def _read(path: Path) -> EventRecording:
    try:
        with path.open("rb") as file:
            start = file.read(_LONGEST_HEADER)
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}); a file of events is needed there.") from None
    for magic, reader in _READERS.items():
        if start.startswith(magic):
            return reader(path)
    if start.startswith(b"% "):
        return _percent(path, start)
    if path.suffix.lower() == ".bin":
        return EventRecording(read_recording(path))
    version = _AEDAT.match(start)
    found = f"is AEDAT {version[1].decode()}" if version else "is of no format of events that is known here"
    raise InputError(f"{path} {found}; {FORMATS} can be read, so convert it to one of them.")


def _percent(path: Path, start: bytes) -> EventRecording:
    version = percent_header(start, path).version
    if version is None:
        return read_dat(path)
    if version not in _VERSIONS:
        raise InputError(f"{path} is EVT {version}; {FORMATS} can be read, so convert it to one of them.")
    return _VERSIONS[version](path)
