"""Two spoken digits in a row, of which the first is to be named after the second: Free Spoken Digit Dataset.

Data: the recordings of `fsdd` of the digits 0 to 4, CC BY-SA 4.0; the folder is that of `fsdd`. Each begins two
samples; the second digit is another recording of the same speaker and the same part, of any of the five digits.

Transform, free of chance: the loudness of 43 gammatone filters from 100 to 3,700 Hz in frames of 20 ms (cube root of
the rectified output over its mean), cut or filled with silence to 28 frames; each time a channel has moved by 0.4 it
gives an event (`search.data.encoders.delta`). The first digit takes 28 steps, the second the next 28, 8 steps of
silence follow: 64 steps, 86 channels, 43 OFF then 43 ON.

The readout answers by its voltage after the last step. Five classes: the first digit.
Split: parts differ in the numbers of their recordings, a fifth for valid, a fifth for test, by the seed; every
speaker is in every part, so that the task asks for memory, not for new speakers.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from search.data.cache import cached
from search.data.encoders.delta import delta_spikes
from search.data.readers.sound import read_sound
from search.data.task import Split, folder_of
from search.data.tasks import fsdd
from targets.contracts.arrays import Array, Ints
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster

CLASSES = 5
STEPS, SILENT = 28, 8
FRAME, FILTERS, LOWEST, HIGHEST = 160, 43, 100.0, 3700.0
THRESHOLD = 0.4
SHARE = 1 / 5
PAIRS = 2
"""Samples that every recording begins."""
_VERSION = 1

ABOUT = replace(
    fsdd.ABOUT,
    title="Free Spoken Digit Dataset, the first of two digits",
    classes=CLASSES,
    channels=2 * FILTERS,
    published={},
)


def load(seed: int, folder: Path | None = None) -> Split:
    """Pairs of recordings as spikes [sample, 64, 86], labelled with the first digit; who is with whom by `seed`.

    Raises InputError where some part would have no recording.
    """
    folder = folder_of("spoken-first", folder)
    found = tuple(each for each in fsdd.recordings(folder) if each.digit < CLASSES)
    numbers = np.unique([each.index for each in found])
    if numbers.size < 3:
        raise InputError(
            f"{folder} holds recordings of the digits 0 to 4 with {numbers.size} different numbers; one for each of "
            "train, valid and test is needed, so copy the whole set."
        )
    held = max(1, round(SHARE * numbers.size))
    order = np.random.default_rng((seed, 0)).permutation(numbers.size)
    position = order[np.searchsorted(numbers, [each.index for each in found])]
    spikes = _spikes(found)
    bounds = {"test": (0, held), "valid": (held, 2 * held), "train": (2 * held, numbers.size)}
    speakers = np.array([each.speaker for each in found])
    digits = np.array([each.digit for each in found], np.int32)
    parts = {}
    for stream, (name, (low, high)) in enumerate(bounds.items(), 1):
        members = np.flatnonzero((position >= low) & (position < high)).astype(np.int32)
        firsts, seconds = _pairs(members, speakers, np.random.default_rng((seed, stream)))
        joined = np.concatenate([spikes[firsts], spikes[seconds]], axis=1)
        parts[name] = SpikeRaster.pack(np.pad(joined, ((0, 0), (0, SILENT), (0, 0))), labels=digits[firsts])
    return Split(parts["train"], parts["valid"], parts["test"], CLASSES, "cochlea", by="last")


def _pairs(members: Ints, speakers: Array, generator: np.random.Generator) -> tuple[Ints, Ints]:
    """Recordings (first, second) [sample]: each of `members` first as often as `PAIRS` says, its speaker in both."""
    firsts, seconds = [], []
    for speaker in np.unique(speakers[members]):
        own = members[speakers[members] == speaker]
        firsts.append(np.repeat(own, PAIRS))
        seconds.append(generator.choice(own, own.size * PAIRS))
    return np.concatenate(firsts), np.concatenate(seconds)


def _spikes(found: tuple[fsdd.Recording, ...]) -> Array:
    """Spikes bool [recording, 28, 86] of single recordings, from the cache where they are there."""
    recipe = {
        "encoder": "gammatone delta",
        "version": _VERSION,
        "frame": FRAME,
        "channels": FILTERS,
        "from": LOWEST,
        "to": HIGHEST,
        "threshold": THRESHOLD,
        "steps": STEPS,
    }

    def make() -> Mapping[str, SpikeRaster]:
        return {"recordings": SpikeRaster.pack(np.stack([_heard(each.path) for each in found]))}

    raster = cached("spoken-first", recipe, [each.path for each in found], make)["recordings"]
    return raster.dense().astype(bool)


def _heard(path: Path) -> Array:
    """Spikes bool [28, 86] of one recording."""
    from search.data.encoders.gammatone import cochleagram, gammatone_bank

    bank = gammatone_bank(fsdd.ENCODER.rate, FILTERS, LOWEST, HIGHEST)
    strength = cochleagram(read_sound(path, fsdd.ENCODER.rate, fsdd.ENCODER.longest), bank, FRAME)
    loudness = np.cbrt(strength / (strength.mean() or 1.0))[:STEPS]
    filled = np.pad(loudness, ((0, STEPS - len(loudness)), (0, 0)))
    return delta_spikes(filled, THRESHOLD, 1)
