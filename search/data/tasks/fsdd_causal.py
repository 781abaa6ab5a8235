"""Spoken digits as they are heard: Free Spoken Digit Dataset, speaker held out, nothing looks ahead.

Data and split are those of search/data/tasks/fsdd.py, speakers by name too (`fsdd-causal:george`); the folder is that
of `fsdd`.

Transform: the running ear of search/data/encoders/ear.py, 78 channels from 100 to 3,700 Hz, a step of 10 ms, cut after
100 steps (1 s; 16 of 2,500 recordings are longer). No spike depends on sound that comes later, nor on how long the
word will be. The readout answers by its voltage after the last step.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from search.data.encoders.ear import RunningEar
from search.data.task import Split, folder_of
from search.data.tasks import fsdd

EAR = RunningEar(rate=8000, frame=80, steps=100, longest=5.0, lowest=100.0, highest=3700.0)

ABOUT = replace(fsdd.ABOUT, title="Free Spoken Digit Dataset, speaker held out, causal", channels=EAR.channels)


def load(seed: int, folder: Path | None = None) -> Split:
    """The recordings as spikes [sample, time <= 100, 78], test and valid of a speaker each, who by `seed`."""
    return load_without((), seed, folder)


def load_without(held: Sequence[str], seed: int, folder: Path | None = None) -> Split:
    """As `load`, the test speaker the first of `held`, the valid one the second; without that the seed chooses it."""
    found = fsdd.recordings(folder_of("fsdd-causal", folder))
    raster = fsdd.encoded(found, "fsdd-causal", EAR)
    return fsdd.split_of(raster, fsdd.parts(found, seed, held), by="last")
