"""Handwritten digits scanned pixel by pixel, as in the sequential MNIST.

Data: the pictures of `digits`, nothing to download.

Transform, the same for every picture and free of chance: a step per pixel, row after row, then eight steps of
silence, 72 in all. Four channels of grey values from 1, 5, 9 and 13 of 16 on spike where the pixel reaches them, and
eight more say in which column the scan stands. 12 channels, the levels first.

The answer counts in the last 8 steps. Split: as that of `digits`.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np

from search.data.task import Split
from search.data.tasks.digits import ABOUT as PICTURES, GREY_LEVELS, pictures, split_of
from targets.contracts.arrays import Array

SILENT = 8
LEVELS = (1, 5, 9, 13)
WINDOW = 8

ABOUT = replace(PICTURES, title="Optical Recognition of Handwritten Digits, pixel by pixel", channels=12)


def load(seed: int, folder: Path | None = None) -> Split:
    """The digits as spikes [sample, 72, 12], split by `seed` (0 .. 2^32 - 1); they are built in, without a folder."""
    images, labels = pictures()
    return split_of(scanned(images), labels, seed, WINDOW)


def scanned(images: Array) -> Array:
    """Spikes bool [picture, 72, 12] of grey values 0..1 [picture, 8, 8]."""
    reached = images.reshape(len(images), 64, 1) * GREY_LEVELS >= np.array(LEVELS)
    column = np.broadcast_to(np.tile(np.eye(8, dtype=bool), (8, 1)), (len(images), 64, 8))
    return np.pad(np.concatenate([reached, column], axis=2), ((0, 0), (0, SILENT), (0, 0)))
