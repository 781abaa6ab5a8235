"""Outcomes, failures and progress in a trial's folder; what is damaged counts for nothing."""

import json
import threading
from pathlib import Path

from motifc.sweep.outcome import (
    FAILURE,
    PROGRESS,
    RESULT,
    Cost,
    Failure,
    Progress,
    alone,
    at_work,
    failure_in,
    forget,
    outcome_in,
    progress_in,
    save,
)
from tests.motifc.sweep.made_study import COST, outcome_of
from tests.motifc.sweep.tiny_study import tiny_plan

WRONG: tuple[object, ...] = (None, [{}], "x", 1.5)


def test_what_is_saved_is_read_again(tmp_path: Path) -> None:
    trial = tiny_plan(tmp_path).trials()[0]
    found, failure = outcome_of(trial, 0.5), Failure(trial.digest, "why.", COST)
    progress = Progress("train", 3, 20, "cpu", 17, COST)
    for name, told in ((RESULT, found), (FAILURE, failure), (PROGRESS, progress)):
        save(tmp_path, name, told)
    assert outcome_in(tmp_path, trial.digest) == found
    assert failure_in(tmp_path, trial.digest) == failure
    assert progress_in(tmp_path) == progress
    assert outcome_in(tmp_path, "another") is None
    assert failure_in(tmp_path, "another") is None
    forget(tmp_path, RESULT, FAILURE, PROGRESS, "never there")
    assert outcome_in(tmp_path, trial.digest) is None
    assert failure_in(tmp_path, trial.digest) is None
    assert progress_in(tmp_path) is None


def test_circumstances_change_no_digest_and_findings_do(tmp_path: Path) -> None:
    trial = tiny_plan(tmp_path).trials()[0]
    plain = outcome_of(trial, 0.5)
    assert outcome_of(trial, 0.5, cost=Cost(), machine={}).digest == plain.digest
    assert outcome_of(trial, 0.6).digest != plain.digest
    assert outcome_of(trial, 0.5, network="x").digest != plain.digest


def test_whatever_is_damaged_is_no_outcome(tmp_path: Path) -> None:
    trial = tiny_plan(tmp_path).trials()[0]
    save(tmp_path, RESULT, outcome_of(trial, 0.5))
    whole = (tmp_path / RESULT).read_text()
    told = json.loads(whole)
    damaged = [whole[: len(whole) // 2], "[]", "null", "", "[" * 5000]
    damaged += [json.dumps({**told, key: wrong}) for key in told for wrong in WRONG]
    damaged += [json.dumps({key: value for key, value in told.items() if key != left}) for left in told]
    damaged += [json.dumps({**told, "figures": {"accuracy": float("nan")}}), json.dumps({**told, "more": 1})]
    for text in damaged:
        (tmp_path / RESULT).write_text(text)
        assert outcome_in(tmp_path, trial.digest) is None, text
    (tmp_path / RESULT).write_text(whole)
    assert outcome_in(tmp_path, trial.digest) is not None


def test_a_folder_is_one_process_or_thread_at_a_time(tmp_path: Path) -> None:
    assert not at_work(tmp_path)
    order: list[str] = []

    def second() -> None:
        with alone(tmp_path):
            order.append("second")

    with alone(tmp_path):
        assert at_work(tmp_path)
        waiting = threading.Thread(target=second)
        waiting.start()
        waiting.join(0.2)
        order.append("first")
    waiting.join()
    assert order == ["first", "second"]
    assert not at_work(tmp_path)
