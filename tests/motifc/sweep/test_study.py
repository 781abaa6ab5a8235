"""The folder of a study: the plan it was begun with, and no other; rounds are whole."""

import json
from pathlib import Path

import numpy as np
import pytest

from motifc.sweep.outcome import RESULT, save
from motifc.sweep.study import Study, begin_study, check_outcome, outcomes_digest, study_in
from motifc.sweep.trial import file_of
from targets.contracts.errors import InputError
from tests.motifc.sweep.made_study import made_study, outcome_of
from tests.motifc.sweep.tiny_study import tiny_data, tiny_plan

ROUNDS = [{"settings": {"search": {"epochs": 1}}, "keep": 1}, {"settings": {"search": {"epochs": 3}}}]


def test_a_study_is_gone_on_with_by_its_own_plan_alone(tmp_path: Path) -> None:
    plan = tiny_plan(tmp_path)
    begun = begin_study(plan, tmp_path / "study")
    assert begin_study(tiny_plan(tmp_path), tmp_path / "study").folder == begun.folder
    assert study_in(tmp_path / "study").plan.trials() == plan.trials()
    with pytest.raises(InputError, match=r"holds the study 'tiny' of plan \w{12}; \w{12} was given"):
        begin_study(tiny_plan(tmp_path, replicates=3), tmp_path / "study")


def test_what_is_no_study_is_refused(tmp_path: Path) -> None:
    plan = tiny_plan(tmp_path)
    with pytest.raises(InputError, match="is no study and not empty"):
        begin_study(plan, tmp_path)
    with pytest.raises(InputError, match="is no study and not empty"):
        begin_study(plan, tmp_path / "mine.npz")
    with pytest.raises(InputError, match="holds no study"):
        study_in(tmp_path)
    (tmp_path / "plan.json").write_text("{")
    with pytest.raises(InputError, match="is no plan of a study"):
        study_in(tmp_path)


def test_data_that_have_changed_are_told(tmp_path: Path) -> None:
    plan = tiny_plan(tmp_path)
    begin_study(plan, tmp_path / "study")
    with np.load(tmp_path / "mine.npz") as file:
        np.savez(tmp_path / "mine.npz", spikes=1 - file["spikes"], labels=file["labels"])
    with pytest.raises(InputError, match=r"mine\.npz has changed since the study in"):
        begin_study(plan, tmp_path / "study")


def test_folds_of_data_with_one_split_are_refused(tmp_path: Path) -> None:
    (tmp_path / "given").mkdir()
    for part in ("train", "valid", "test"):
        tiny_data(tmp_path / "given" / f"{part}.npz")
    plan = tiny_plan(tmp_path, data=["given"], folds=3)
    with pytest.raises(InputError, match="given has one split whatever the seed, and the plan has 3 folds"):
        begin_study(plan, tmp_path / "study")


def test_every_trial_is_told_before_any_runs(tmp_path: Path) -> None:
    study = begin_study(tiny_plan(tmp_path), tmp_path / "study")
    for trial in study.begin(1):
        assert json.loads(file_of(study.folder_of(trial)).read_text()) == trial.as_dict()
    assert [row.trial for row in study.rows(1)] == list(study.plan.trials())


def test_a_round_keeps_the_best_on_validation_once_the_one_before_is_whole(tmp_path: Path) -> None:
    methods = ["hrmas", "no-motif", "no-plasticity"]
    good = {"hrmas": 0.5, "no-motif": 0.75, "no-plasticity": 0.5}
    study = made_study(tmp_path, lambda trial: good[trial.method], methods=methods, rounds=ROUNDS)
    second = study.begin(2)
    assert {trial.method for trial in second} == {"no-motif"}
    assert {trial.settings.search.epochs for trial in second} == {3}
    assert [row.trial for row in study.rows(2)] == list(second)
    assert [trial.seed for trial in second] == list(study.plan.seeds)


def test_equal_arms_go_on_in_the_order_of_the_plan(tmp_path: Path) -> None:
    study = made_study(tmp_path, lambda _: 0.5, methods=["no-motif", "hrmas"], rounds=ROUNDS)
    assert {trial.method for trial in study.begin(2)} == {"no-motif"}


def test_no_round_begins_before_the_one_before_is_whole(tmp_path: Path) -> None:
    study = made_study(
        tmp_path, lambda trial: None if trial.replicate else 0.5, methods=["hrmas", "no-motif"], rounds=ROUNDS
    )
    with pytest.raises(InputError, match=r"round 1 is not whole: hrmas on mine\.npz, replicate 1 has no validation"):
        study.begin(2)
    (study.folder / "rounds" / "1.json").write_text('{"arms": ["x"]}')
    with pytest.raises(InputError, match="does not name arms of the plan"):
        study.rows(1)


def test_a_result_without_its_files_is_done_again(tmp_path: Path) -> None:
    study = made_study(tmp_path, lambda _: 0.5)
    row = study.rows(1)[0]
    digests = {"net.network": f"n{row.trial.digest}", "net.program": f"p{row.trial.digest}"}
    assert check_outcome(row, lambda path: digests[path.name])

    def damaged(path: Path) -> str:
        raise InputError("damaged.")

    assert not check_outcome(row, damaged)
    assert study.row(row.trial).outcome is None


def test_the_digest_of_all_outcomes_is_of_no_order(tmp_path: Path) -> None:
    study = made_study(tmp_path, lambda trial: trial.replicate / 4)
    rows = study.rows(1)
    assert outcomes_digest(rows) == outcomes_digest(rows[::-1])
    save(rows[0].folder, RESULT, outcome_of(rows[0].trial, 0.9))
    assert outcomes_digest(Study(study.plan, study.folder).rows(1)) != outcomes_digest(rows)
