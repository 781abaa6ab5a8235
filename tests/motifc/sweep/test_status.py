"""The status of a study, also while it runs."""

from pathlib import Path

from motifc.sweep.outcome import FAILURE, PROGRESS, RESULT, Cost, Failure, Progress, alone, forget, save
from motifc.sweep.status import status
from tests.motifc.sweep.made_study import COST, made_study, outcome_of


def test_every_state_is_told(tmp_path: Path) -> None:
    study = made_study(tmp_path, lambda _: 0.5, replicates=3)
    done, differs, failed, running, stopped, waiting = study.rows(1)
    save(differs.folder, RESULT, outcome_of(differs.trial, 0.5, equal=False))
    for row in (failed, running, stopped, waiting):
        forget(row.folder, RESULT)
    save(failed.folder, FAILURE, Failure(failed.trial.digest, "it was told | to fail.", COST))
    for row in (running, stopped):
        save(row.folder, PROGRESS, Progress("train", 3, 20, "cpu", 1, Cost(7.0, 0.0, 1, 0.0, 1.0)))
    with alone(running.folder):
        found = status(study)
    assert [each.state for each in found.trials] == ["done", "differs", "failed", "running", "stopped", "waiting"]
    assert found.trials[0].about == "50.00%"
    assert found.trials[2].about == "it was told | to fail."
    assert found.trials[3].about == "train 3 of 20"
    assert found.trials[4].cpu_seconds == 7
    assert found.sentence == (
        "tiny, round 1 of 1: 6 trials, 1 done, 1 differs, 1 failed, 1 running, 1 stopped, 1 waiting; 0.03 CPU hours, "
        "0.00 GPU hours so far."
    )
    assert found.as_dict()["counts"]["running"] == 1
    assert done.outcome is not None
