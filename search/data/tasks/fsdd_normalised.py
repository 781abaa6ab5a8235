"""Spoken digits, all equally long: Free Spoken Digit Dataset, speaker held out, time normalised.

Data and split are those of search/data/tasks/fsdd.py, speakers by name too (`fsdd-normalised:george`); the folder is
that of `fsdd`.

Transform: the stretched ear of search/data/encoders/ear.py, 78 channels from 100 to 3,700 Hz in frames of 10 ms,
stretched or squeezed to 32 steps: a word spoken fast or slowly takes as long. Its end must be known for that. The
readout answers by its voltage after the last step.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from search.data.encoders.ear import StretchedEar
from search.data.task import Split, folder_of
from search.data.tasks import fsdd

EAR = StretchedEar(rate=8000, frame=80, steps=32, longest=5.0, lowest=100.0, highest=3700.0)

ABOUT = replace(fsdd.ABOUT, title="Free Spoken Digit Dataset, speaker held out, time normalised", channels=EAR.channels)


def load(seed: int, folder: Path | None = None) -> Split:
    """The recordings as spikes [sample, 32, 78], test and valid of a speaker each, who by `seed`."""
    return load_without((), seed, folder)


def load_without(held: Sequence[str], seed: int, folder: Path | None = None) -> Split:
    """As `load`, the test speaker the first of `held`, the valid one the second; without that the seed chooses it."""
    found = fsdd.recordings(folder_of("fsdd-normalised", folder))
    raster = fsdd.encoded(found, "fsdd-normalised", EAR)
    return fsdd.split_of(raster, fsdd.parts(found, seed, held), by="last")
