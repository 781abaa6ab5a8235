"""Trials of a plan: seeds belong to replicates, and pairs share split, start and batches."""

import hashlib
from pathlib import Path

import pytest

from motifc.sweep.plan import checked_seeds, replicate_seed, split_seed
from targets.contracts.errors import InputError
from tests.motifc.sweep.tiny_study import tiny_plan


def test_the_seed_belongs_to_the_replicate_alone(tmp_path: Path) -> None:
    plan = tiny_plan(tmp_path, replicates=3, folds=2, grid={"training": {"epochs": [1, 2]}})
    trials = plan.trials()
    assert len(trials) == 3 * 2 * 2 * 2
    for trial in trials:
        digest = hashlib.sha256(f"tiny/{trial.replicate}".encode()).digest()
        assert trial.seed == int.from_bytes(digest[:4], "little")
        assert trial.split_seed == split_seed(trial.seed, trial.fold)
        assert (trial.split_seed == trial.seed) == (trial.fold == 0)
    pairs = {
        trial.pair: {(each.seed, each.split_seed) for each in trials if each.pair == trial.pair} for trial in trials
    }
    assert all(len(seeds) == 1 for seeds in pairs.values())
    assert len({trial.split_seed for trial in trials}) == 6


def test_seeds_may_be_listed(tmp_path: Path) -> None:
    plan = tiny_plan(tmp_path, replicates=2, seeds=[7, 3])
    assert [trial.seed for trial in plan.trials() if trial.method == "hrmas"] == [7, 3]


def test_a_trial_has_the_same_digest_in_a_larger_plan(tmp_path: Path) -> None:
    few, many = (tiny_plan(tmp_path, replicates=count) for count in (1, 4))
    assert {trial.digest for trial in few.trials()} <= {trial.digest for trial in many.trials()}
    assert few.digest != many.digest


def test_another_name_draws_other_seeds() -> None:
    assert replicate_seed("a", 0) != replicate_seed("b", 0)
    assert 0 <= replicate_seed("a", 0) < 1 << 32


def test_two_splits_that_are_one_are_refused() -> None:
    with pytest.raises(InputError, match=r"seed 5, fold 1 and seed \d+, fold 0 give one split"):
        checked_seeds((split_seed(5, 1), 5), 2, "plan.toml")
