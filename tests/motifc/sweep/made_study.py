"""A study whose trials nobody has run: outcomes are written into their folders."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from motifc.sweep.outcome import FAILURE, RESULT, Cost, Failure, Outcome, save
from motifc.sweep.study import Study, begin_study
from motifc.sweep.trial import Trial
from tests.motifc.sweep.tiny_study import tiny_plan

COST = Cost(cpu_seconds=36.0, gpu_seconds=0.0, attempts=1, began=100.0, ended=136.0)


def outcome_of(trial: Trial, accuracy: float, **changes: Any) -> Outcome:
    """An outcome with that accuracy, on a split of its own, as digits have."""
    made = Outcome(
        trial=trial.digest,
        network="n" + trial.digest,
        program="p" + trial.digest,
        split=f"split {trial.split_seed}",
        test=f"test {trial.split_seed}",
        parts=(60, 20, 20),
        equal=True,
        sentences=("numpy and numba are equal.",),
        figures={"accuracy": accuracy, "validation": accuracy / 2, "cores": 1.0},
        cost=COST,
        machine={"device": "cpu", "cpu": "a processor"},
    )
    return replace(made, **changes)


def made_study(folder: Path, accuracy: Callable[[Trial], float | None], **changes: Any) -> Study:
    """The study of the tiny plan with changes, its first round done; a trial of accuracy None has failed."""
    study = begin_study(tiny_plan(folder, **changes), folder / "study")
    for trial in study.begin(1):
        found = accuracy(trial)
        where = study.folder_of(trial)
        if found is None:
            save(where, FAILURE, Failure(trial.digest, "it was told | to fail.", COST))
        else:
            save(where, RESULT, outcome_of(trial, found))
    return study
