"""Spoken digits of one speaker, learned from the others: Free Spoken Digit Dataset, speaker held out.

Data: Z. Jackson et al., "Free Spoken Digit Dataset", 3,000 recordings of ten digits by six speakers, 8 kHz, mono,
16 bits, CC BY-SA 4.0. Any number of speakers from three on will do. The folder, or its subfolder `recordings`, holds
wav files named DIGIT_SPEAKER_INDEX.wav; files that are not .wav are left alone.

Transform: search/data/encoders/cochlea.py with 78 channels from 100 to 3,700 Hz, a step of 5 ms, cut after 200 steps
(1 s; 16 of 2,500 recordings are longer). Every recording keeps its length, the longest pads. About 16 % of all bins
within the lengths hold a spike. Level, inhibition, step and gain were chosen after fourteen settings by a linear
readout (mean over all held-out speakers), so an absolute accuracy may be a point or two optimistic.

Split: the test part is one speaker, the valid part another, train the rest. Of n speakers in alphabetical order seed s
tests number s mod n: seeds 0 to n - 1 are all folds (see `search.data.speakers.one_speaker_each`). `fsdd:NAME` tests
the speaker of that name, `fsdd:NAME,OTHER` has the other in the valid part.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy.typing as npt

from search.data.cache import cached
from search.data.encoders.cochlea import Cochlea
from search.data.readers.files import missing, visible
from search.data.speakers import named_speakers, one_speaker_each
from search.data.task import Split, folder_of
from search.data.task_info import TaskInfo
from targets.contracts.arrays import Ints
from targets.contracts.errors import InputError
from targets.contracts.ports import Answer
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


class Encoder(Protocol):
    """What makes spikes of sound files; `recipe` is all that they depend on beside the sound."""

    @property
    def recipe(self) -> dict[str, object]: ...  # noqa: D102
    def encode(self, paths: Sequence[Path], labels: npt.ArrayLike) -> SpikeRaster: ...  # noqa: D102


@dataclass(frozen=True)
class Recording:
    """A wav file and what its name says."""

    path: Path
    digit: int
    speaker: str
    index: int


def load(seed: int, folder: Path | None = None) -> Split:
    """The recordings as spikes [sample, time <= 200, 78], test and valid of a speaker each, who by `seed`."""
    return load_without((), seed, folder)


def load_without(held: Sequence[str], seed: int, folder: Path | None = None) -> Split:
    """As `load`, the test speaker the first of `held`, the valid one the second; without that the seed chooses it."""
    found = recordings(folder_of("fsdd", folder))
    return split_of(encoded(found), parts(found, seed, held))


def parts(found: Sequence[Recording], seed: int, held: Sequence[str]) -> tuple[Ints, Ints, Ints]:
    """Indices (train, valid, test) of recordings, a speaker each in valid and test: those `held`, or by the seed."""
    speakers = [each.speaker for each in found]
    return named_speakers(speakers, held, seed) if held else one_speaker_each(speakers, seed)


def split_of(raster: SpikeRaster, parts: tuple[Ints, Ints, Ints], by: Answer = "spikes") -> Split:
    """The recordings' spikes in the parts (train, valid, test) that these indices are of."""
    train, valid, test = (raster.take(each) for each in parts)
    return Split(train, valid, test, CLASSES, INPUT, by=by)


def recordings(folder: Path) -> tuple[Recording, ...]:
    """The wav files of a folder, or of its subfolder `recordings`, by name; InputError for none or a wrong name."""
    inner = folder / "recordings"
    folder = inner if inner.is_dir() else folder
    found = tuple(_recording(path) for path in visible(folder) if path.suffix.lower() == ".wav")
    if not found:
        raise missing(folder, "wav file", ABOUT)
    return found


def encoded(found: Sequence[Recording], name: str = "fsdd", encoder: Encoder = ENCODER) -> SpikeRaster:
    """The spikes of recordings, labelled with their digits, from the cache of that name where they are there."""
    paths = [each.path for each in found]

    def make() -> Mapping[str, SpikeRaster]:
        return {"recordings": encoder.encode(paths, [each.digit for each in found])}

    return cached(name, encoder.recipe, paths, make)["recordings"]


def _recording(path: Path) -> Recording:
    name = _NAME.fullmatch(path.name)
    if name is None:
        raise InputError(
            f"{path} is not named DIGIT_SPEAKER_INDEX.wav, such as 7_jackson_32.wav, so its digit is unknown; "
            "rename it or take it away."
        )
    return Recording(path, int(name["digit"]), name["speaker"], int(name["index"]))
