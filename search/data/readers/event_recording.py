"""EventRecording: the events of one file and the sensor they are from; what the readers of single formats return."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from search.data.encoders.events import EVENT_DTYPE
from targets.contracts.arrays import Array
from targets.contracts.errors import InputError

LARGEST = 1 << 28
"""Bytes a file of events may have; a recording to be classified has a few million."""
MOST_EVENTS = 1 << 25
"""Events one recording may hold; some formats pack twelve into two bytes, some are compressed."""
WIDEST = 1 << 15
"""Pixels on a side of a sensor, what the coordinates of `EVENT_DTYPE` hold."""

CAMERAS = {
    "DVS128": (128, 128),
    "DAVIS128": (128, 128),
    "DAVIS208": (208, 192),
    "DAVIS240": (240, 180),
    "DAVIS346": (346, 260),
    "DAVIS640": (640, 480),
}
"""Width and height of iniVation's cameras, whose older files name the camera only."""


@dataclass(frozen=True, eq=False)
class EventRecording:
    """Events `EVENT_DTYPE` [event], in the order of the file, times in microseconds, (0, 0) the upper left pixel.

    sensor  (width, height) of the camera, or None where the file does not say
    """

    events: Array
    sensor: tuple[int, int] | None = None


def recording_of(path: Path, sensor: tuple[int, int] | None, x: Array, y: Array, t: Array, p: Array) -> EventRecording:
    """The recording of these columns, all [event]; InputError for events that the sensor has no pixels for."""
    if sensor is not None and not all(1 <= side <= WIDEST for side in sensor):
        raise InputError(
            f"{path} is of a sensor of {sensor[0]} x {sensor[1]} pixels; 1 to {WIDEST:,} are allowed on a side, so it "
            "is damaged: get it again."
        )
    if t.size and int(t.min()) < 0:
        raise InputError(f"{path} holds times down to {t.min()} microseconds; 0 is the least, so get it again.")
    for axis, values, size in zip("xy", (x, y), sensor or (WIDEST, WIDEST), strict=True):
        if values.size and not (values.min() >= 0 and values.max() < size):
            raise InputError(
                f"{path} holds events with {axis} from {values.min()} to {values.max()}; its sensor has 0 to "
                f"{size - 1}, so it is damaged: get it again."
            )
    events = np.empty(len(t), EVENT_DTYPE)
    events["x"], events["y"], events["t"], events["p"] = x, y, t, p
    events.setflags(write=False)
    return EventRecording(events, sensor)


def content_of(path: Path, form: str, largest: int = LARGEST) -> bytes:
    """The bytes of a file of the format `form`; InputError for one that is missing, unreadable or too large."""
    try:
        size = path.stat().st_size
        if size > largest:
            raise InputError(f"{path} has {size:,} bytes; at most {largest:,} are allowed, so check what it is.")
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}); {form} file is needed there.") from None


def check_number(path: Path, number: int) -> None:
    """InputError for more events than one recording may hold."""
    if number > MOST_EVENTS:
        raise InputError(f"{path} holds {number:,} events; at most {MOST_EVENTS:,} are allowed, so cut it into pieces.")


def whole_records(path: Path, content: bytes, offset: int, size: int) -> memoryview:
    """What lies behind `offset`; InputError unless it is a number of whole records of `size` bytes."""
    rest = len(content) - offset
    if rest % size:
        raise InputError(
            f"{path} holds {rest:,} bytes behind its header, which is no multiple of {size}; it is cut off or damaged, "
            "so get it again."
        )
    return memoryview(content)[offset:]


def unwrapped(ticks: Array, bits: int) -> Array:
    """Times int64 of a clock of `bits` bits, which has begun anew where a time is lower by more than half its range."""
    times = ticks.astype(np.int64)
    begun = np.cumsum(np.diff(times, prepend=times[:1]) < -(1 << bits - 1))
    return times + (begun << bits)
