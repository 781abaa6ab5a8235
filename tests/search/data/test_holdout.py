import numpy as np
import pytest
from sklearn.model_selection import train_test_split

from search.data.holdout import drawn_apart, groups_held_out, held_out
from tests.seeds import seeds


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_every_sample_is_kept_or_held_and_every_class_shared_out(seed: int) -> None:
    labels = np.random.default_rng(seed).permutation(np.repeat([0, 1, 2], [100, 50, 10])).astype(np.int32)
    kept, held = held_out(labels, 0.2, seed)
    assert sorted([*kept, *held]) == list(range(160))
    assert np.bincount(labels[held]).tolist() == [20, 10, 2]
    assert (np.diff(kept) > 0).all()
    assert (np.diff(held) > 0).all()


def test_small_classes_keep_one_sample_and_hold_one() -> None:
    labels = np.array([0, 1, 1, 2, 2, 2], np.int32)
    kept, held = held_out(labels, 0.01, 7)
    assert np.bincount(labels[kept]).tolist() == [1, 1, 2]
    assert np.bincount(labels[held]).tolist() == [0, 1, 1]
    assert np.bincount(labels[held_out(labels, 1.0, 7)[0]]).tolist() == [1, 1, 1]


def test_who_is_held_depends_on_all_seed_numbers() -> None:
    labels = np.zeros(1000, np.int32)
    one, same, *others = (held_out(labels, 0.5, *seed)[1].tolist() for seed in ((1, 2), (1, 2), (1, 3), (2, 2)))
    assert one == same
    assert one not in others


@pytest.mark.parametrize("seed", range(5))
def test_groups_are_kept_or_held_whole_and_classes_shared_out(seed: int) -> None:
    generator = np.random.default_rng(seed)
    groups = generator.integers(40, size=1000)
    labels = (groups % 4).astype(np.int32)  # every group is of one class
    kept, held = groups_held_out(labels, groups, 0.2, seed)
    assert sorted([*kept, *held]) == list(range(1000))
    assert not set(groups[kept]) & set(groups[held])
    assert (np.abs(np.bincount(labels[held]) / np.bincount(labels) - 0.2) < 0.1).all()


def test_every_class_of_two_groups_is_on_both_sides_where_that_can_be() -> None:
    labels = np.array([0, 0, 0, 1, 1, 1, 2], np.int32)
    groups = np.array(["a", "a", "b", "c", "d", "d", "e"])
    for seed in range(9):
        kept, held = groups_held_out(labels, groups, 0.01, seed)
        assert set(labels[kept]) == {0, 1, 2}
        assert set(labels[held]) == {0, 1}


def test_a_single_group_is_kept() -> None:
    kept, held = groups_held_out(np.array([0, 1], np.int32), np.array([5, 5]), 0.2, 0)
    assert (kept.tolist(), held.tolist()) == ([0, 1], [])


def test_which_groups_are_held_depends_on_all_seed_numbers() -> None:
    groups = np.arange(1000) // 5
    labels = np.zeros(1000, np.int32)
    one, same, *others = (
        groups_held_out(labels, groups, 0.5, *seed)[1].tolist() for seed in ((1, 2), (1, 2), (1, 3), (2, 2))
    )
    assert one == same
    assert one not in others


@pytest.mark.parametrize("seed", seeds(40, 4))
def test_what_is_drawn_apart_is_what_scikit_learn_draws(seed: int) -> None:
    """Classes of random sizes, many of them equal, so that remainders tie."""
    random = np.random.default_rng(seed)
    labels = random.permutation(np.repeat(np.arange(6), random.integers(5, 9, 6))).astype(np.int32)
    held = int(random.integers(6, labels.size - 6))
    expected = train_test_split(np.arange(labels.size), test_size=held, stratify=labels, random_state=seed)
    for part, right in zip(drawn_apart(labels, held, seed), expected, strict=True):
        np.testing.assert_array_equal(part, right)
