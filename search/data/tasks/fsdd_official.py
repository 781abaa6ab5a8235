"""Spoken digits of known speakers: Free Spoken Digit Dataset with its official test part.

Data and transform are those of search/data/tasks/fsdd.py. The official test part is the recordings of index 0 to 4, by
speakers of the training part: easier than `fsdd`, whose test speaker is new. Of the other
recordings a fifth of every speaker's every digit is the valid part, which ones by the seed; train is the rest.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np

from search.data.holdout import held_out
from search.data.task import Split, folder_of
from search.data.tasks import fsdd
from targets.contracts.errors import InputError

TEST_INDICES = range(5)
VALID_SHARE = 0.2

ABOUT = replace(
    fsdd.ABOUT, title="Free Spoken Digit Dataset, official test part", published={"train": 2700, "test": 300}
)


def load(seed: int, folder: Path | None = None) -> Split:
    """The recordings as spikes [sample, time <= 200, 78]; test is official, valid is taken from the rest by `seed`."""
    folder = folder_of("fsdd-official", folder)
    found = fsdd.recordings(folder)
    official = np.array([each.index in TEST_INDICES for each in found])
    if official.all() or not official.any():
        raise InputError(
            f"{folder} holds {official.sum()} recordings of index 0 to 4 and {np.sum(~official)} of another; the first "
            "are the official test part, the others are to learn from, so copy the whole set."
        )
    rest = np.flatnonzero(~official)
    kinds = [f"{found[sample].speaker} {found[sample].digit}" for sample in rest]
    train, valid = held_out(np.unique(kinds, return_inverse=True)[1].astype(np.int32), VALID_SHARE, seed)
    raster = fsdd.encoded(found)
    return Split(raster.take(rest[train]), raster.take(rest[valid]), raster.take(official), fsdd.CLASSES, fsdd.INPUT)
