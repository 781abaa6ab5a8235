import numpy as np
import pytest

from search.task import Split, joined, labels_of, task_named, task_names
from targets.errors import InputError
from targets.raster import SpikeRaster


def raster(samples: int, steps: int = 4, neurons: int = 3, seed: int = 0) -> SpikeRaster:
    generator = np.random.default_rng(seed)
    return SpikeRaster.pack(generator.random((samples, steps, neurons)) < 0.4, labels=np.arange(samples) % 2)


def test_tasks_are_found_by_listing_the_folder() -> None:
    assert "digits" in task_names()
    assert "encoders" not in task_names()
    with pytest.raises(InputError) as raised:
        task_named("letters")
    assert str(raised.value) == (f"unknown task 'letters'; known are {', '.join(task_names())}, so choose one of them.")


def test_the_digest_tells_spikes_labels_and_parts_apart() -> None:
    one, other = raster(4), raster(4, seed=1)
    split = Split(one, other, other, 2)
    assert split.digest == Split(one, other, other, 2).digest
    relabelled = SpikeRaster(one.packed, one.neurons, one.lengths, 1 - labels_of(one))
    different = [Split(other, one, other, 2), Split(relabelled, other, other, 2), Split(one, other, other, 3)]
    assert len({split.digest, *(each.digest for each in different)}) == 4


def test_joined_pads_the_shorter_part() -> None:
    both = joined(raster(2, steps=3), raster(3, steps=5))
    assert (both.samples, both.steps) == (5, 5)
    assert both.lengths.tolist() == [3, 3, 5, 5, 5]
    assert labels_of(both).tolist() == [0, 1, 0, 1, 0]
    assert np.array_equal(both.dense()[:2, :3], raster(2, steps=3).dense())
    assert not both.dense()[:2, 3:].any()


def test_bad_splits_are_told_in_one_sentence() -> None:
    good = raster(4)
    with pytest.raises(InputError) as raised:
        Split(good, raster(4, neurons=5), good, 2)
    assert str(raised.value) == (
        "train, valid and test spikes are [3, 5, 3] neurons wide; all must be equal, so encode them alike."
    )
    with pytest.raises(InputError) as raised:
        Split(good, good, SpikeRaster(good.packed, 3, good.lengths), 2)
    assert str(raised.value) == ("the test part of a split has no labels; every sample needs one, so add them.")
    with pytest.raises(InputError) as raised:
        Split(good, good, good, 1)
    assert str(raised.value) == (
        "the train part of a split has labels 0..1; with 1 classes they must be 0..0, so renumber them."
    )
