"""Mackey-Glass: windows and targets."""

import pytest

from search.data.load import load_split
from search.data.series import mackey_glass
from search.data.tasks.mackey_glass import HIGH, LEVELS, LOW, NEEDED, REPEAT, SEEN, SILENT, TEST, TRAIN, VALID

DIGEST = "b0ec94aab347207e60a3de37e684169dc5ef201db5af54d57279003d27945e73"


def test_the_target_of_a_window_is_the_point_after_it() -> None:
    split, series = load_split("mackey-glass"), mackey_glass(NEEDED)
    assert (split.by, split.classes, split.neurons) == ("value", 1, LEVELS)
    assert split.train.samples + split.valid.samples == TRAIN - SEEN + 1
    assert (split.valid.samples, split.test.samples) == (VALID, TEST)
    assert split.test.targets is not None
    assert split.test.targets[:, 0].tolist() == series[TRAIN + 1 :].tolist()
    last = split.test.dense()[0, -SILENT - REPEAT : -SILENT].sum()  # levels below the last point seen, in both steps
    assert last == pytest.approx((series[TRAIN] - LOW) / (HIGH - LOW) * LEVELS * REPEAT, abs=1.5)


def test_the_seed_changes_nothing_and_the_data_are_the_same_everywhere() -> None:
    assert load_split("mackey-glass", seed=0).digest == load_split("mackey-glass", seed=5).digest == DIGEST
