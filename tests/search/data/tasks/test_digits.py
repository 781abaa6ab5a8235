import subprocess
import sys

import numpy as np
import pytest

from search.data.task import Split, labels_of, task_named
from targets.contracts.errors import InputError


@pytest.fixture(scope="module")
def split() -> Split:
    return task_named("digits").load(0)


def test_the_promised_shapes(split: Split) -> None:
    parts = split.train, split.valid, split.test
    assert [part.samples for part in parts] == [862, 575, 360]
    assert {(part.steps, part.neurons) for part in parts} == {(40, 200)}
    assert (split.classes, split.input) == (10, "pixels")


def test_every_class_is_shared_out_evenly(split: Split) -> None:
    for part in (split.train, split.valid, split.test):
        shares = np.bincount(labels_of(part), minlength=10) / part.samples
        assert 0.09 < shares.min() <= shares.max() < 0.11


def test_the_events_are_as_many_as_documented(split: Split) -> None:
    assert 320 < split.train.counts().sum(axis=1).mean() < 360


def test_the_seed_decides_the_split_and_nothing_else(split: Split) -> None:
    again, other = task_named("digits").load(0), task_named("digits").load(1)
    assert again.digest == split.digest != other.digest
    everyone = [
        sorted(row.tobytes() for part in (each.train, each.valid, each.test) for row in part.packed)
        for each in (split, other)
    ]
    assert everyone[0] == everyone[1]


def test_a_seed_out_of_range_is_refused() -> None:
    with pytest.raises(InputError) as raised:
        task_named("digits").load(-1)
    assert str(raised.value) == "seed -1 is out of range; 0 to 4294967295 is allowed, so choose another."


def test_reading_them_imports_no_scikit_learn() -> None:
    load = "from search.data.task import task_named; task_named('digits').load(0)"
    code = f"import sys; {load}; print('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
