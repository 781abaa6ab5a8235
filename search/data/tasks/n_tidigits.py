"""N-TIDIGITS18: spoken digits as the spikes of a silicon cochlea.

Data: J. Anumula, D. Neil, T. Delbruck and S.-C. Liu, "Feature representations for neuromorphic audio spike streams",
Front. Neurosci. 12:23, 2018. The file n-tidigits.hdf5, in the folder or one level below it, as tonic stores it:

    {train,test}_labels           names SEX-SPEAKER-TAKE-DIGITS, [recording]
    {train,test}_timestamps/NAME  seconds, [event]
    {train,test}_addresses/NAME   channel 0 to 63, [event]

Recordings of a single digit are used, all others left alone: 11 classes in the order o 1 2 3 4 5 6 7 8 9 z.

Transform: 64 channels, steps of 10 ms from the start of the clock, cut after 200 steps (2 s). Several spikes of a
channel in one step count once.

Split: the official test part, whose speakers are not in the training part. Of those who are, one in five is the valid
part, who by the seed; train is the rest.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from search.data.cache import cached
from search.data.encoders.channel_bins import channel_bins
from search.data.encoders.events import raster_of
from search.data.readers.files import file_in
from search.data.readers.hdf5 import channel_events, open_hdf5, values_of
from search.data.speakers import speakers_held_out
from search.data.task import Split, folder_of
from search.data.task_info import TaskInfo
from targets.contracts.arrays import Array
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster

DIGITS = "o123456789z"
CHANNELS = 64
STEP = 10_000
"""Microseconds."""
STEPS = 200
VALID_SHARE = 0.2

ABOUT = TaskInfo(
    title="N-TIDIGITS18, single digits",
    licence="of its authors; made from TIDIGITS, which is licensed by the LDC",
    classes=len(DIGITS),
    channels=CHANNELS,
    published={"train": 2464, "test": 2486},
    files="n-tidigits.hdf5",
    page="N-TIDIGITS18, https://docs.google.com/document/d/1Uxe7GsKKXcy6SlDUX4hoJVAC0-UkH-8kr5UXp0Ndi1M",
)

_RECIPE = {"encoder": "channel_bins", "version": 1, "channels": CHANNELS, "step": STEP, "steps": STEPS}


@dataclass(frozen=True)
class Recording:
    """A recording of one digit and what its name says."""

    name: str
    speaker: str
    digit: int


def load(seed: int, folder: Path | None = None) -> Split:
    """Single digits as spikes [sample, time <= 200, 64]; test is official, valid are speakers held out by `seed`."""
    path = file_in(folder_of("n-tidigits", folder), "n-tidigits.hdf5", ABOUT)
    train, valid = speakers_held_out([each.speaker for each in single_digits(path, "train")], VALID_SHARE, seed)

    def make() -> Mapping[str, SpikeRaster]:
        return {part: _raster(path, part) for part in ("train", "test")}

    rasters = cached("n-tidigits", _RECIPE, [path], make)
    return Split(rasters["train"].take(train), rasters["train"].take(valid), rasters["test"], len(DIGITS), "cochlea")


def single_digits(path: Path, part: str) -> tuple[Recording, ...]:
    """The recordings of one digit of a part, "train" or "test", in their order; InputError for a damaged file."""
    with open_hdf5(path) as file:
        names = [_text(name) for name in values_of(file, f"{part}_labels", path)]
    found = tuple(_recording(name, path) for name in names if len(name.rsplit("-", 1)[-1]) == 1)
    if not found:
        raise InputError(f"{path} names no recording of a single digit in {part}_labels; copy it again.")
    return found


def n_tidigits_events(path: Path, part: str) -> Iterator[Array]:
    """The events of every recording of one digit of a part, fields x, t (microseconds) and p."""
    recordings = single_digits(path, part)
    with open_hdf5(path) as file:
        for each in recordings:
            seconds = values_of(file, f"{part}_timestamps/{each.name}", path)
            channels = values_of(file, f"{part}_addresses/{each.name}", path)
            yield channel_events(seconds, channels, CHANNELS, f"{part} recording {each.name} of {path}")


def _raster(path: Path, part: str) -> SpikeRaster:
    spikes = (channel_bins(events, CHANNELS, STEP, STEPS) for events in n_tidigits_events(path, part))
    return raster_of(spikes, [each.digit for each in single_digits(path, part)])


def _recording(name: str, path: Path) -> Recording:
    parts = name.split("-")
    if len(parts) != 4 or parts[3] not in DIGITS:
        raise InputError(
            f"{path} names a recording {name!r}; SEX-SPEAKER-TAKE-DIGITS with digits of {' '.join(DIGITS)} is needed, "
            "so copy it again."
        )
    return Recording(name, "-".join(parts[:2]), DIGITS.index(parts[3]))


def _text(name: bytes | str) -> str:
    return name.decode("ascii", "replace") if isinstance(name, bytes) else str(name)
