"""Processes: the same outcomes for any number and order, killed or not, and none outlives who started it."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from motifc.sweep.executors import Ended, Job, printed, processes
from motifc.sweep.run import run_plan
from targets.contracts.errors import InputError
from tests.motifc.sweep.tiny_study import TINY, here, tiny_data, tiny_plan, toml

LONGER = {"model": {"neurons": [8], "sizes": [2, 4]}, "search": {"epochs": 20}, "training": {"epochs": 20}}


def descendants(session: int) -> list[int]:
    """Processes of a session, but those that have ended and wait for their parent."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            state, _, _, own = (place / "stat").read_text().rpartition(")")[2].split()[:4]
        except OSError:
            continue
        if int(own) == session and state != "Z":
            found.append(int(place.name))
    return found


def children() -> list[int]:
    """Worker processes of this one."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            parent = (place / "stat").read_text().rpartition(")")[2].split()[1]
            command = (place / "cmdline").read_bytes()
        except OSError:
            continue
        if int(parent) == os.getpid() and b"motifc.sweep.worker" in command:
            found.append(int(place.name))
    return found


@pytest.mark.slow
def test_one_or_two_workers_and_any_order_find_the_same(tmp_path: Path) -> None:
    plan = tiny_plan(tmp_path, replicates=1, folds=2)
    known = run_plan(plan, here, tmp_path / "here")
    assert known.good

    def shuffled(jobs: Sequence[Job], ended: Ended) -> None:
        processes(2)(random.Random(1).sample(jobs, len(jobs)), ended)

    for name, execute in (("one", processes(1)), ("two", shuffled)):
        ran = run_plan(plan, execute, tmp_path / name)
        assert ran.good
        assert ran.as_dict()["outcomes"] == known.as_dict()["outcomes"]
        assert ran.digest == known.digest


@pytest.mark.slow
def test_workers_that_are_killed_cost_their_trials_another_try(tmp_path: Path) -> None:
    plan = tiny_plan(tmp_path, replicates=1, settings=LONGER)
    known = run_plan(plan, here, tmp_path / "here")
    chance, over = random.Random(2), threading.Event()

    def kill() -> None:
        for _ in range(2):  # as often as a trial may be begun again
            while not over.is_set() and not list((tmp_path / "study").glob("trials/*/progress.json")):
                time.sleep(0.05)
            if over.wait(chance.uniform(0, 1.5)):
                return
            for number in chance.sample(children(), min(1, len(children()))):
                os.kill(number, signal.SIGKILL)

    killing = threading.Thread(target=kill)
    killing.start()
    ran = run_plan(plan, processes(2), tmp_path / "study")
    over.set()
    killing.join()
    assert ran.good
    assert ran.digest == known.digest


@pytest.mark.slow
def test_no_worker_outlives_a_parent_that_is_killed_and_the_next_start_goes_on(tmp_path: Path) -> None:
    tiny_data(tmp_path / "mine.npz")
    (tmp_path / "plan.toml").write_text(toml({**TINY, "replicates": 1, "settings": LONGER}))
    known = run_plan(tiny_plan(tmp_path, replicates=1, settings=LONGER), here, tmp_path / "here")
    command = [sys.executable, "-m", "motifc", "sweep", "run", "plan.toml", "--out", "study", "--workers", "2"]
    quiet = {"cwd": tmp_path, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    chance = random.Random(3)
    begun = subprocess.Popen(command, start_new_session=True, **quiet)  # type: ignore[call-overload]
    while not list((tmp_path / "study").glob("trials/*/progress.json")) and begun.poll() is None:
        time.sleep(0.05)
    time.sleep(chance.uniform(0, 1))
    begun.kill()
    begun.wait()
    limit = time.monotonic() + 10
    while left := descendants(begun.pid):
        assert time.monotonic() < limit, left
        time.sleep(0.05)
    ran = run_plan(tiny_plan(tmp_path, replicates=1, settings=LONGER), processes(2), tmp_path / "study")
    assert ran.good
    assert ran.digest == known.digest


@pytest.mark.slow
def test_one_trial_that_fails_stops_no_other_and_is_named(tmp_path: Path) -> None:
    tiny_data(tmp_path / "short.npz", steps=1)
    plan = tiny_plan(tmp_path, replicates=1, data=["short.npz", "mine.npz"], methods=["random-motif"])
    ran = run_plan(plan, processes(2), tmp_path / "study")
    assert not ran.good
    (failed,) = ran.failed
    assert failed.trial.name == "random-motif on short.npz, replicate 0"
    assert failed.failure is not None
    assert failed.failure.reason.startswith("the samples of the train part last at most 1 steps")
    assert [row.trial.data for row in ran.rows if row.outcome] == ["mine.npz"]


def test_printed_commands_name_every_job(tmp_path: Path) -> None:
    told: list[str] = []
    ran = run_plan(tiny_plan(tmp_path, replicates=1), printed(told.append), tmp_path / "study")
    assert len(told) == len(ran.left) == 2
    for row, line in zip(ran.rows, told, strict=True):
        assert line.endswith(f"-m motifc sweep trial {row.folder} {row.trial.digest}")
        assert "OMP_NUM_THREADS=1" in line


def test_devices_are_shared_out_and_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    from motifc.sweep import executors

    assert executors.visible("cuda:1") == {"CUDA_VISIBLE_DEVICES": "1"}
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "4, GPU-9")
    assert executors.visible("cuda:1") == {"CUDA_VISIBLE_DEVICES": "GPU-9"}
    assert executors.visible("cpu") == {}
    for devices, told in (
        (["cuda:2"], "CUDA_VISIBLE_DEVICES shows 2, so 0 to 1 are allowed"),
        (["gpu"], "--devices names 'gpu'; cpu, cuda or cuda:NUMBER is allowed, so change it"),
        (["cuda:-1"], "cpu, cuda or cuda:NUMBER is allowed"),
        (["cpu", "cuda:0"], "name one kind alone"),
        (["cuda:0", "cuda:1"], "2 devices were named for 1 workers"),
    ):
        with pytest.raises(InputError, match=told):
            processes(1, devices)


def test_less_than_one_worker_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="0 workers were asked for; at least 1 is needed"):
        run_plan(tiny_plan(tmp_path, replicates=1), processes(0), tmp_path / "study")
