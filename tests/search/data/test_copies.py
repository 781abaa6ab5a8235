"""How many test samples have been trained on."""

from dataclasses import replace

import numpy as np

from search.data.copies import copies, copies_told
from search.data.task import Split
from targets.contracts.raster import SpikeRaster
from tests.search.tiny import tiny_split


def test_what_is_in_no_other_part_is_no_copy() -> None:
    split = tiny_split()
    assert copies(split) == 0
    assert copies_told(0, 24) == "0 of 24 test samples equal a sample that is trained on."


def test_copies_of_train_and_of_valid_are_counted() -> None:
    split = tiny_split()
    dense = np.concatenate([split.train.dense()[:3], split.valid.dense()[:2], split.test.dense()[:1]])
    copied = replace(split, test=SpikeRaster.pack(dense, labels=[1, 0, 1, 0, 1, 0]))
    assert copies(copied) == 5
    assert copies_told(5, 6) == (
        "5 of 6 test samples equal a sample that is trained on; accuracy on them is no test, so remove them from the "
        "data."
    )


def test_silence_at_the_end_and_what_does_not_count_tell_no_samples_apart() -> None:
    one = np.zeros((1, 4, 9), np.uint8)
    one[0, 1, 8] = 1
    junk = np.concatenate([one, np.ones((1, 2, 9), np.uint8)], axis=1)
    later = np.roll(one, 1, axis=1)
    short = SpikeRaster.pack(one, labels=[0])
    padded = SpikeRaster.pack(junk, lengths=[4], labels=[1])
    assert copies(Split(short, short, padded, 2)) == 1
    assert copies(Split(short, short, SpikeRaster.pack(later, labels=[0]), 2)) == 0
    assert copies(Split(short, short, SpikeRaster.pack(junk, labels=[0]), 2)) == 0
