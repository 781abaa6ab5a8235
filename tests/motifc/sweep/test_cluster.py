"""submitit: the same outcomes from its processes and from a fake Slurm, whose jobs are killed and put back."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from motifc.sweep.cluster import submitted
from motifc.sweep.plan import Cluster
from motifc.sweep.run import run_plan
from targets.contracts.errors import InputError
from tests.motifc.sweep.fake_slurm import fake_slurm
from tests.motifc.sweep.tiny_study import here, tiny_plan

submitit = pytest.importorskip("submitit", reason="submitit is not installed")


@pytest.fixture
def slurm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    programs, state = fake_slurm(tmp_path)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    submitit.SlurmJob.watcher.clear()
    return state


@pytest.mark.slow
def test_processes_of_submitit_find_the_same_and_leave_no_pickle_to_others(tmp_path: Path) -> None:
    plan = tiny_plan(tmp_path)
    known = run_plan(plan, here, tmp_path / "here")
    study = tmp_path / "sent"
    ran = run_plan(plan, submitted("local", Cluster(), study, 2), study)
    assert ran.good
    assert ran.digest == known.digest
    assert (study / "submitit").stat().st_mode & 0o777 == 0o700


@pytest.mark.slow
def test_a_fake_slurm_runs_a_study_to_the_end_though_a_job_is_killed_and_put_back(tmp_path: Path, slurm: Path) -> None:
    settings = {"model": {"neurons": [8], "sizes": [2, 4]}, "search": {"epochs": 2}, "training": {"epochs": 60}}
    plan = tiny_plan(tmp_path, replicates=1, settings=settings)
    known = run_plan(plan, here, tmp_path / "here")
    study = tmp_path / "sent"
    command = [sys.executable, "-c", _PREEMPT, str(study), str(slurm)]
    preempting = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    options = Cluster(partition="short", minutes=30, memory=2, at_once=2)
    ran = run_plan(plan, submitted("slurm", options, study, poll=0.1, grace=5), study)
    preempted = preempting.communicate(timeout=60)[0].strip()
    assert ran.good
    assert ran.digest == known.digest
    (again,) = [row for row in ran.rows if row.folder.name == preempted]
    assert again.outcome is not None
    assert again.outcome.cost.attempts == 2
    script = (slurm / "1.script").read_text()
    for line in ("--array=0-1%2", "--partition=short", "--time=30", "--mem=2GB", "--requeue", "--gpus-per-node=0"):
        assert f"#SBATCH {line}\n" in script


# Waits until a trial has begun to learn, has Slurm put its job back, and prints which it was.
_PREEMPT = """
import json, pathlib, subprocess, sys, time
study, state = map(pathlib.Path, sys.argv[1:])
while True:
    time.sleep(0.02)
    for path in study.glob("trials/*/progress.json"):
        try:
            begun = json.loads(path.read_text())
        except (OSError, ValueError):
            continue
        if begun["phase"] == "train" and begun["epoch"]:
            jobs = json.loads((study / "submitit" / "jobs.json").read_text())
            trial = next(digest for digest in jobs if path.parent.name.endswith(digest[:12]))
            subprocess.run(["scontrol", "requeue", jobs[trial]], check=True)
            print(path.parent.name)
            sys.exit()
"""


@pytest.mark.slow
def test_a_second_start_finds_the_jobs_of_the_first_and_sends_none_twice(tmp_path: Path, slurm: Path) -> None:
    plan = tiny_plan(tmp_path, replicates=1)
    study = tmp_path / "sent"

    class Stopped(Exception):  # noqa: N818
        """As if the process had been killed."""

    def stop(*_: object) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        run_plan(plan, submitted("slurm", Cluster(), study, poll=0.1), study, stop)
    told: list[str] = []
    ran = run_plan(plan, submitted("slurm", Cluster(), study, tell=told.append, poll=0.1), study)
    assert ran.good
    assert len(list(slurm.glob("*.script"))) == 1


@pytest.mark.slow
def test_a_job_that_ends_without_a_word_is_sent_again_twice_and_then_given_up(
    tmp_path: Path, slurm: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = tiny_plan(tmp_path, replicates=1, methods=["random-motif"])
    study = tmp_path / "sent"
    options = Cluster(setup=("exit 9",))
    ran = run_plan(plan, submitted("slurm", options, study, poll=0.05, grace=0.1), study)
    assert [row.failure.reason for row in ran.failed if row.failure] == [
        "its job ended 3 times without a result, at last as FAILED."
    ]
    assert len(list(slurm.glob("*.script"))) == 3


def test_what_is_not_there_is_told_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="--cluster is 'lsf'; slurm or local is allowed, so choose one of them"):
        submitted("lsf", Cluster(), tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputError, match="sbatch is not found here"):
        submitted("slurm", Cluster(), tmp_path)
    monkeypatch.setitem(sys.modules, "submitit", None)
    with pytest.raises(InputError, match=r'install it with pip install "motifc\[cluster\]"'):
        submitted("local", Cluster(), tmp_path)


def test_no_folder_that_others_may_write_to_is_run_from(tmp_path: Path) -> None:
    plan = tiny_plan(tmp_path, replicates=1)
    study = tmp_path / "study"
    study.mkdir(mode=0o777)
    study.chmod(0o777)
    with pytest.raises(InputError, match=r"others may write to .*study; close it to them by `chmod go-w`"):
        run_plan(plan, submitted("local", Cluster(), study), study)
