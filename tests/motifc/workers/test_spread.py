"""spread: every line is answered once, whatever becomes of workers, and none of them is left."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from motifc.workers.spread import Died, spread, worker_environment
from targets.contracts.errors import BackendError, InputError

ECHO = "tests.motifc.workers.echo_worker"


def answers(lines: list[str], workers: int) -> dict[int, str | Died]:
    found: dict[int, str | Died] = {}
    spread(ECHO, lines, workers, found.__setitem__, [{"NUMBER": "0"}, {"NUMBER": "1"}], ["prefix"])
    return found


def test_lines_are_answered_whatever_the_number_of_workers() -> None:
    lines = [f"line {number}" for number in range(6)]
    expected = {number: f"prefix {line} on 1 thread" for number, line in enumerate(lines)}
    assert answers(lines, 1) == answers(lines, 3) == expected
    assert answers([], 2) == {}


@pytest.mark.slow
def test_workers_have_the_environments_in_turn() -> None:
    found = answers(["wait and tell"] * 2, 2)
    assert set(found.values()) == {"0", "1"}


def test_a_line_that_kills_its_workers_is_tried_three_times_and_costs_no_other(tmp_path: Path) -> None:
    tries = tmp_path / "tries"
    found = answers(["before", f"die by 9 {tries}", "after"], 2)
    assert found[0] == "prefix before on 1 thread"
    assert found[1] == Died("by SIGKILL", 3)
    assert found[2] == "prefix after on 1 thread"
    assert len(tries.read_text()) == 3
    assert Died("with status 7", 3).sentence == "the process that ran it died 3 times, at last with status 7."


def test_a_line_that_kills_one_worker_is_answered_by_the_next(tmp_path: Path) -> None:
    assert answers([f"die once {tmp_path / 'tries'}"], 1) == {0: "alive"}


def test_what_ended_raises_ends_all() -> None:
    def ended(*_: object) -> None:
        raise InputError("enough")

    began = time.monotonic()
    with pytest.raises(InputError, match="enough"):
        spread(ECHO, ["line", "sleep", "sleep"], 2, ended)
    assert time.monotonic() - began < 30


def test_workers_that_cannot_begin_end_all_at_once() -> None:
    told: list[object] = []
    with pytest.raises(
        BackendError, match=r"3 worker processes ended before they began; what they said stands above\."
    ):
        spread("tests.motifc.workers.no_such_module", ["line"] * 20, 1, lambda *given: told.append(given))
    assert told == []


def test_less_than_one_worker_is_refused() -> None:
    with pytest.raises(InputError, match="0 workers were asked for; at least 1 is needed"):
        spread(ECHO, ["line"], 0, lambda *_: None)


def test_no_worker_outlives_a_parent_that_is_killed(tmp_path: Path) -> None:
    """In the middle of its work, which nobody would ever end."""
    code = f"from motifc.workers.spread import spread; spread({ECHO!r}, ['sleep {tmp_path}/pid'], 1, print)"
    parent = subprocess.Popen([sys.executable, "-c", code], env=worker_environment({}))
    limit = time.monotonic() + 60
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
        assert time.monotonic() < limit
        time.sleep(0.02)
    worker = int((tmp_path / "pid").read_text())
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    while _runs(worker):
        assert time.monotonic() < limit
        time.sleep(0.02)


def _runs(number: int) -> bool:
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_the_environment_has_one_thread_and_this_motifc() -> None:
    made = worker_environment({"A": "1"}, alone=True)
    assert made["OMP_NUM_THREADS"] == made["A"] == "1"
    assert (Path(made["PYTHONPATH"].split(os.pathsep)[0]) / "motifc").is_dir()
