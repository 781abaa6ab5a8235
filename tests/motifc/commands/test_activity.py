"""What is done is shown: at once, never long silent, with the time left, and gone before results are printed."""

import io
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from motifc.commands import activity as module
from motifc.commands.activity import Doing, activity, doing, hide
from tests.conftest import REPOSITORY


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MOTIFC_PROGRESS", raising=False)
    monkeypatch.setattr(module, "_FIRST", 0.01)
    monkeypatch.setattr(module, "_TICK", 0.01)
    monkeypatch.setattr(module, "_LINE", 0.05)


def test_time_left_is_that_of_what_is_left() -> None:
    assert Doing("search: epoch", 10.0, 3, 12, "loss 1").line(16.0) == (
        "motifc: search: epoch 3 of 12, loss 1; 6 s, about 18 s left"
    )
    assert Doing("place", 0.0).line(90.0) == "motifc: place; 1 min 30 s"
    assert Doing("runs", 0.0, 5, 5).line(3.0) == "motifc: runs 5 of 5; 3 s"


def test_a_line_fits_the_terminal() -> None:
    told = Doing("search: epoch", 0.0, 6, 12, "a note " * 30).drawn(5.0, 80)
    assert len(told) == 79
    assert told.startswith(f"search: epoch {'━' * 10}{'─' * 10} 6/12 a note")
    assert told.endswith("  5 s, about 5 s left")
    assert len(Doing("search: epoch", 0.0, 6, 12).drawn(5.0, 20)) == 19


@pytest.mark.usefixtures("_quick")
def test_lines_in_a_file_come_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    log = io.StringIO()
    monkeypatch.setattr(sys, "stderr", log)
    with activity("compile"):
        doing("place", 1, 4)
        time.sleep(0.3)
    lines = log.getvalue().splitlines()
    assert 2 <= len(lines) <= 8
    assert all(re.fullmatch(r"motifc: place 1 of 4; 0 s, about \d s left", line) for line in lines)


@pytest.mark.usefixtures("_quick")
def test_on_a_terminal_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    screen = _Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    with activity("compile"):
        time.sleep(0.1)
        hide()
        screen.write("result\n")
    shown = screen.getvalue()
    assert "\r\x1b[Kcompile  0 s" in shown
    assert shown.partition("result\n")[0].endswith("\r\x1b[K")
    assert "\n" not in shown.partition("result\n")[2]


def test_off_is_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTIFC_PROGRESS", "off")
    log = io.StringIO()
    monkeypatch.setattr(sys, "stderr", log)
    monkeypatch.setattr(module, "_FIRST", 0.0)
    with activity("compile"):
        time.sleep(0.05)
    assert log.getvalue() == ""


@pytest.mark.slow
def test_a_search_into_a_log_is_never_silent(tmp_path: Path) -> None:
    (tmp_path / "short.toml").write_text("[search]\nepochs = 2\n[training]\nepochs = 2\n", encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if name != "MOTIFC_PROGRESS"}
    command = ["search", "--data", "digits", "--config", "short.toml", "--out", "a.network"]
    begun = last = time.monotonic()
    with subprocess.Popen(
        [sys.executable, "-m", "motifc", *command], cwd=tmp_path, stderr=subprocess.PIPE, text=True,
        env=environment | {"PYTHONPATH": str(REPOSITORY)},
    ) as running:  # fmt: skip
        assert running.stderr is not None
        silent = []
        for _ in running.stderr:
            silent.append(time.monotonic() - last)
            last = time.monotonic()
    assert running.returncode == 0
    assert silent[0] < 1 + 4, "first sign of life"  # asked: 1 s on a quiet machine
    assert max(*silent, time.monotonic() - last) < 5 + 5
    assert time.monotonic() - begun < 600
