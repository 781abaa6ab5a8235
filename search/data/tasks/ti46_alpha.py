"""TI46-Alpha: the letters of the alphabet by sixteen speakers.

Data: TI 46-Word, LDC93S9 (NIST Speech Disc 7-1.1, 1991), licensed by the Linguistic Data Consortium. Its folder
ti_alpha, or one that holds it, with 8 women f1 to f8 and 8 men m1 to m8, in lower or upper case:

    ti_alpha/train/f1/0af1set0.wav   the letter a, speaker f1, enrolment session, take 0 to 9
    ti_alpha/test/f1/0af1s1t0.wav    the letter a, speaker f1, session 1 to 8, take 0 or 1

NIST SPHERE (.wav or .sph, uncompressed) or RIFF wav, 12,500 Hz, mono, 16 bits; others are converted where nothing is
lost by it (search/data/readers/sound.py).

Transform: search/data/encoders/cochlea.py with 78 channels from 100 to 5,800 Hz; as published frames of 200 samples
(16 ms), each held for 10 steps of 1.6 ms, at most 700 steps (1.12 s), and BSA with the published constants. **The
published encoding has Lyon's passive ear model; this one has gammatone filters**, because no maintained Python package
of Lyon's model is to be had: figures made with it are not those of the literature, however near they come.

Split: the official test part, by the same speakers as the training part. As there, speakers are known in the valid
part: a fifth of every speaker's every letter in the training part, which ones by the seed; train is the rest.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from search.data.cache import cached
from search.data.encoders.cochlea import Cochlea
from search.data.holdout import held_out
from search.data.readers.files import missing, visible
from search.data.task import Split, folder_of
from search.data.task_info import TaskInfo
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster

CLASSES = 26
ENCODER = Cochlea(rate=12_500, frame=200, steps=700, longest=10.0, lowest=100.0, highest=5800.0, hold=10)
VALID_SHARE = 0.2

ABOUT = TaskInfo(
    title="TI46-Alpha",
    licence="LDC user agreement",
    classes=CLASSES,
    channels=ENCODER.channels,
    published={"train": 4142, "test": 6628},
    files="the folder ti_alpha of LDC93S9 with train/f1/0af1set0.wav and so on",
    page="TI 46-Word, https://catalog.ldc.upenn.edu/LDC93S9",
)

_NAME = re.compile(r"0(?P<letter>[a-z])(?P<speaker>[fm][1-8])(?P<session>se|s[1-8])t(?P<take>\d)\.(?:wav|sph)")
_SOUNDS = (".wav", ".sph")


@dataclass(frozen=True)
class Recording:
    """A sound file and what its name says."""

    path: Path
    letter: int
    speaker: str


def load(seed: int, folder: Path | None = None) -> Split:
    """The letters as spikes [sample, time <= 700, 78]; test is official, valid is taken from training by `seed`."""
    folder = _inner(folder_of("ti46-alpha", folder), "ti_alpha")
    parts = {part: recordings(folder, part) for part in ("train", "test")}
    kinds = [f"{each.speaker} {each.letter}" for each in parts["train"]]
    train, valid = held_out(np.unique(kinds, return_inverse=True)[1].astype(np.int32), VALID_SHARE, seed)

    def make() -> Mapping[str, SpikeRaster]:
        return {part: _encoded(found) for part, found in parts.items()}

    files = [each.path for found in parts.values() for each in found]
    rasters = cached("ti46-alpha", ENCODER.recipe, files, make)
    return Split(rasters["train"].take(train), rasters["train"].take(valid), rasters["test"], CLASSES, "cochlea")


def recordings(folder: Path, part: str) -> tuple[Recording, ...]:
    """All sound files of a part, "train" or "test", by speaker and name; InputError for none and for a wrong name."""
    paths = visible(_inner(folder, part), "*/*")
    found = tuple(_recording(path, part) for path in paths if path.suffix.lower() in _SOUNDS)
    if not found:
        raise missing(folder, f"recording in {part}/f1, {part}/f2, ...", ABOUT)
    return found


def _encoded(found: Sequence[Recording]) -> SpikeRaster:
    return ENCODER.encode([each.path for each in found], [each.letter for each in found])


def _inner(folder: Path, name: str) -> Path:
    """The subfolder `name`, in lower or upper case, where there is one, or else the folder itself."""
    return next((path for path in visible(folder) if path.is_dir() and path.name.lower() == name), folder)


def _recording(path: Path, part: str) -> Recording:
    name = _NAME.fullmatch(path.name.lower())
    enrolment = part == "train"
    if name is None or name["speaker"] != path.parent.name.lower() or (name["session"] == "se") != enrolment:
        example = "0af1set0.wav in train/f1" if enrolment else "0af1s1t0.wav in test/f1"
        raise InputError(
            f"{path} is not named by letter, speaker, session and take, such as {example}; rename it or take it away."
        )
    return Recording(path, ord(name["letter"]) - ord("a"), name["speaker"])
