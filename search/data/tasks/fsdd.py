"""Spoken digits of one speaker, learned from the others: Free Spoken Digit Dataset, speaker held out.

Data: Z. Jackson et al., "Free Spoken Digit Dataset", 3,000 recordings of ten digits by six speakers, 8 kHz, mono,
16 bits, CC BY-SA 4.0. Any number of speakers from three on will do. The folder, or its subfolder `recordings`, holds
wav files named DIGIT_SPEAKER_INDEX.wav; files that are not .wav are left alone.

Transform: search/data/encoders/cochlea.py with 78 channels from 100 to 3,700 Hz, a step of 5 ms, cut after 200 steps
(1 s; 16 of 2,500 recordings are longer). Every recording keeps its length, the longest pads. About 16 % of all bins
within the lengths hold a spike. Level, inhibition, step and gain were chosen after fourteen settings by a linear
readout (mean over all held-out speakers), so an absolute accuracy may be a point or two optimistic.

Split: the test part is one speaker, the valid part another, train the rest. Of n speakers in alphabetical order seed s
tests number s mod n: seeds 0 to n - 1 are all folds (see `search.data.speakers.one_speaker_each`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from search.data.cache import cached
from search.data.encoders.cochlea import Cochlea
from search.data.readers.files import missing, visible
from search.data.speakers import one_speaker_each
from search.data.task import Split, folder_of
from search.data.task_info import TaskInfo
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster

CLASSES = 10
ENCODER = Cochlea(rate=8000, frame=40, steps=200, longest=5.0, lowest=100.0, highest=3700.0)
INPUT = "cochlea"

ABOUT = TaskInfo(
    title="Free Spoken Digit Dataset, speaker held out",
    licence="CC BY-SA 4.0",
    classes=CLASSES,
    channels=ENCODER.channels,
    published={"train": 2500, "test": 500},
    files="wav files named DIGIT_SPEAKER_INDEX.wav, in the folder or in its subfolder recordings",
    page="Free Spoken Digit Dataset, https://github.com/Jakobovski/free-spoken-digit-dataset",
)

_NAME = re.compile(r"(?P<digit>\d)_(?P<speaker>[^_]+)_(?P<index>\d+)\.wav", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True)
class Recording:
    """A wav file and what its name says."""

    path: Path
    digit: int
    speaker: str
    index: int


def load(seed: int, folder: Path | None = None) -> Split:
    """The recordings as spikes [sample, time <= 200, 78], test and valid of a speaker each, who by `seed`."""
    found = recordings(folder_of("fsdd", folder))
    train, valid, test = one_speaker_each([each.speaker for each in found], seed)
    raster = encoded(found)
    return Split(raster.take(train), raster.take(valid), raster.take(test), CLASSES, INPUT)


def recordings(folder: Path) -> tuple[Recording, ...]:
    """The wav files of a folder, or of its subfolder `recordings`, by name; InputError for none or a wrong name."""
    inner = folder / "recordings"
    folder = inner if inner.is_dir() else folder
    found = tuple(_recording(path) for path in visible(folder) if path.suffix.lower() == ".wav")
    if not found:
        raise missing(folder, "wav file", ABOUT)
    return found


def encoded(found: tuple[Recording, ...]) -> SpikeRaster:
    """The spikes of recordings, labelled with their digits, from the cache where they are there."""

    def make() -> Mapping[str, SpikeRaster]:
        return {"recordings": ENCODER.encode([each.path for each in found], [each.digit for each in found])}

    return cached("fsdd", ENCODER.recipe, [each.path for each in found], make)["recordings"]


def _recording(path: Path) -> Recording:
    name = _NAME.fullmatch(path.name)
    if name is None:
        raise InputError(
            f"{path} is not named DIGIT_SPEAKER_INDEX.wav, such as 7_jackson_32.wav, so its digit is unknown; "
            "rename it or take it away."
        )
    return Recording(path, int(name["digit"]), name["speaker"], int(name["index"]))
