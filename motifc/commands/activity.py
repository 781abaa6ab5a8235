"""activity: what a command is doing and how long it may still take, on standard error.

On a terminal it is one line, drawn again five times a second and gone before anything else is printed. In a file it is
a line every few seconds. Nothing is shown of a command that ends at once, or where $MOTIFC_PROGRESS is "off".
"""

import os
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TextIO

from targets.contracts.shown import shown

_FIRST, _TICK, _LINE = 0.35, 0.2, 2.5
"""Seconds before anything is shown, between two drawings on a terminal, between two lines in a file."""
_BAR = 20
_COLUMNS = 80
_CLEAR = "\r\x1b[K"


@dataclass(frozen=True)
class Doing:
    """What is done since `begun`, seconds of a clock: `done` of `total`, which is 0 where nobody knows it."""

    what: str
    begun: float
    done: int = 0
    total: int = 0
    note: str = ""

    def line(self, now: float) -> str:
        """For a file."""
        count = f" {self.done} of {self.total}" if self.total else ""
        note = f", {self.note}" if self.note else ""
        return f"motifc: {shown(self.what)}{count}{shown(note)}; {self._time(now)}"

    def drawn(self, now: float, columns: int) -> str:
        """For a terminal of so many columns; what does not fit is left out from the middle on."""
        bar = count = ""
        if self.total:
            full = _BAR * min(self.done, self.total) // self.total
            bar, count = f" {'━' * full}{'─' * (_BAR - full)}", f" {self.done}/{self.total}"
        head, tail = f"{shown(self.what)}{bar}{count}", f"  {self._time(now)}"
        note = f" {shown(self.note)}" if self.note else ""
        room = columns - 1 - len(head) - len(tail)
        return f"{head}{note[: max(0, room)]}{tail}"[: columns - 1]

    def _time(self, now: float) -> str:
        spent = now - self.begun
        if not 0 < self.done < self.total:
            return _minutes(spent)
        return f"{_minutes(spent)}, about {_minutes(spent * (self.total - self.done) / self.done)} left"


class _Activity:
    """The thread that shows what is done."""

    def __init__(self, stream: TextIO, clock: Callable[[], float], now: Doing) -> None:
        self.stream, self.clock, self.now = stream, clock, now
        self.lock, self.ended = threading.Lock(), threading.Event()
        self.drawn, self.told = False, clock() - _LINE

    def show(self) -> None:
        """Draw the line, or write one when the last was long ago; to be called again and again."""
        with self.lock:
            if self.ended.is_set():
                return
            now = self.clock()
            if self.terminal:
                columns = shutil.get_terminal_size((_COLUMNS, 24)).columns
                self._write(_CLEAR + self.now.drawn(now, columns))
                self.drawn = True
            elif now - self.told >= _LINE:
                self._write(self.now.line(now) + "\n")
                self.told = now

    def hide(self) -> None:
        """Take the line off the terminal."""
        with self.lock:
            if self.drawn:
                self._write(_CLEAR)
                self.drawn = False

    @property
    def terminal(self) -> bool:
        return self.stream.isatty() and os.environ.get("TERM") != "dumb"

    def run(self) -> None:
        """Show it until the end."""
        wait = _FIRST
        while not self.ended.wait(wait):
            self.show()
            wait = _TICK

    def _write(self, text: str) -> None:
        with suppress(OSError, ValueError):  # whoever does not listen is no reason to stop
            self.stream.write(text)
            self.stream.flush()


_at_work: list[_Activity] = []


@contextmanager
def activity(what: str) -> Iterator[None]:
    """Show what is done inside, `what` until `doing` says more."""
    if _at_work or os.environ.get("MOTIFC_PROGRESS") == "off":
        yield
        return
    shows = _Activity(sys.stderr, time.monotonic, Doing(what, time.monotonic()))
    _at_work.append(shows)
    thread = threading.Thread(target=shows.run, name="activity", daemon=True)
    thread.start()
    try:
        yield
    finally:
        shows.hide()
        shows.ended.set()
        thread.join()
        _at_work.clear()


def doing(what: str, done: int = 0, total: int = 0, note: str = "", goes_on: bool = False) -> None:
    """Say what is being done now. Nothing happens outside of `activity`.

    The clock of something new begins at 0, unless it `goes_on` with what was said before.
    """
    for shows in _at_work:
        begun = shows.now.begun if goes_on or shows.now.what == what else shows.clock()
        shows.now = Doing(what, begun, done, total, note)


def hide() -> None:
    """Take the line off the terminal, so that something can be printed."""
    for shows in _at_work:
        shows.hide()


def _minutes(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60} s"
