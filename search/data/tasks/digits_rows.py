"""Handwritten digits read row by row: what came first must be kept to the end.

Data: the pictures of `digits`, nothing to download.

Transform, the same for every picture and free of chance: the eight rows follow each other from top to bottom, four
steps each, then six steps of silence, 38 in all. A pixel has three channels, of grey values from 2, 7 and 12 of 16
on; those it reaches spike in every other step of its row. 24 channels, neuron = column * 3 + level.

The answer counts in the last 8 steps: four rows lie further back than the membrane remembers well.
Split: as that of `digits`.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np

from search.data.task import Split
from search.data.tasks.digits import ABOUT as PICTURES, GREY_LEVELS, pictures, split_of
from targets.contracts.arrays import Array

STEPS_PER_ROW = 4
SILENT = 6
LEVELS = (2, 7, 12)
WINDOW = 8

ABOUT = replace(PICTURES, title="Optical Recognition of Handwritten Digits, row by row", channels=24)


def load(seed: int, folder: Path | None = None) -> Split:
    """The digits as spikes [sample, 38, 24], split by `seed` (0 .. 2^32 - 1); they are built in, without a folder."""
    images, labels = pictures()
    return split_of(rows(images), labels, seed, WINDOW)


def rows(images: Array) -> Array:
    """Spikes bool [picture, 38, 24] of grey values 0..1 [picture, 8, 8]."""
    reached = images[:, :, :, None] * GREY_LEVELS >= np.array(LEVELS)
    read = np.repeat(reached.reshape(len(images), 8, -1), STEPS_PER_ROW, axis=1)
    read[:, 1::2] = False
    return np.pad(read, ((0, 0), (0, SILENT), (0, 0)))
