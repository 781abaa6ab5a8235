"""Trials survive being written down, and nothing else passes for one."""

import json
from pathlib import Path

import pytest

from motifc.sweep.trial import Trial, file_of, trial_in, trial_of
from targets.contracts.errors import InputError
from tests.motifc.sweep.tiny_study import tiny_plan


def trial(folder: Path) -> Trial:
    return tiny_plan(folder, training={"epochs": 3}, samples=5).trials()[1]


def test_a_trial_is_read_as_it_was_written(tmp_path: Path) -> None:
    own = trial(tmp_path)
    file_of(tmp_path).write_text(json.dumps(own.as_dict()))
    assert trial_in(tmp_path, own.digest) == own
    assert own.key == f"mine-random-motif-r0-{own.digest[:12]}"
    assert own.name == "random-motif on mine.npz, replicate 0"


def test_where_the_data_lie_is_no_part_of_the_digest(tmp_path: Path) -> None:
    told = trial(tmp_path).as_dict()
    assert trial_of({**told, "place": "/elsewhere/mine.npz"}, "t").digest == trial_of(told, "t").digest
    assert trial_of({**told, "seed": told["seed"] ^ 1}, "t").digest != trial_of(told, "t").digest


def test_what_is_no_such_trial_is_refused(tmp_path: Path) -> None:
    own = trial(tmp_path)
    with pytest.raises(InputError, match="holds no trial"):
        trial_in(tmp_path, own.digest)
    file_of(tmp_path).write_text(json.dumps(own.as_dict()))
    with pytest.raises(InputError, match="tells of a trial with digest"):
        trial_in(tmp_path, "0" * 64)
    changes: list[dict[str, object]] = [
        {"seed": -1},
        {"layout": 2},
        {"more": 1},
        {"backends": []},
        {"settings": {"x": {}}},
        {"place": 3},
    ]
    for change in changes:
        with pytest.raises(InputError):
            trial_of({**own.as_dict(), **change}, "trial.json")
    with pytest.raises(InputError, match="a table is needed"):
        trial_of([], "trial.json")
