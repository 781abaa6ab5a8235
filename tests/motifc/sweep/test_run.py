"""run_plan: only what is missing is run, in whole rounds."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from motifc.sweep.executors import Ended, Job
from motifc.sweep.run import run_plan
from tests.motifc.sweep.tiny_study import here, tiny_plan


@pytest.mark.slow
def test_only_what_is_missing_or_damaged_is_run_again(tmp_path: Path) -> None:
    plan = tiny_plan(tmp_path, replicates=1)
    told: list[tuple[int, int]] = []
    first = run_plan(plan, here, tmp_path / "study", lambda row, done, total: told.append((done, total)))
    assert told == [(1, 2), (2, 2)]
    assert first.good
    (first.rows[1].folder / "net.program").write_bytes(b"damaged")
    asked: list[Job] = []

    def watched(jobs: Sequence[Job], ended: Ended) -> None:
        asked.extend(jobs)
        here(jobs, ended)

    again = run_plan(plan, watched, tmp_path / "study")
    assert [job.folder for job in asked] == [first.rows[1].folder]
    assert again.digest == first.digest
    run_plan(plan, watched, tmp_path / "study")
    assert len(asked) == 1


@pytest.mark.slow
def test_rounds_run_one_after_the_other_and_each_is_a_table(tmp_path: Path) -> None:
    rounds = [{"settings": {"search": {"epochs": 1}}, "keep": 1}, {"settings": {"search": {"epochs": 2}}}]
    plan = tiny_plan(tmp_path, methods=["hrmas", "no-motif"], replicates=1, rounds=rounds)
    tables: list[int] = []

    def watched(jobs: Sequence[Job], ended: Ended) -> None:
        tables.append(len(jobs))
        here(jobs, ended)

    ran = run_plan(plan, watched, tmp_path / "study")
    assert tables == [2, 1]
    assert ran.good
    assert ran.round_number == 2
    validation = {row.trial.arm: row.outcome.figures["validation"] for row in ran.study.rows(1) if row.outcome}
    best = max(validation, key=lambda arm: (validation[arm] or 0, arm == "hrmas"))
    assert [row.trial.arm for row in ran.rows] == [best]


def test_the_folder_is_named_after_the_study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = run_plan(tiny_plan(tmp_path, replicates=1), lambda jobs, ended: None)
    assert ran.study.folder == tmp_path / "tiny"
    assert not ran.good
    assert len(ran.left) == 2
    assert ran.sentence == "tiny: 0 of 2 trials done, 0 failed."
