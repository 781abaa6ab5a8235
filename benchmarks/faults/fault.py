"""Fault: what befalls a command, and what brings it about inside the process of that command."""

import ctypes
import errno
import itertools
import mmap
import os
import resource
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

KILLS = ("write", "byte", "moment")
"""Kinds that end the process."""
FULL = ("refused", "limit", "disk")
"""Kinds that leave no room on the disk."""
_PATH_EVENTS = ("os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.link", "os.chmod", "os.truncate")
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
NOBODY = 65534


@dataclass(frozen=True)
class Fault:
    """One fault.

    kind    none     nothing
            write    `signal` before write number `at` (opening for writing, fsync, rename, removal, new folder, ...)
            byte     ended by the kernel (SIGXFSZ) where any file grows beyond `at` bytes
            moment   `signal` after `seconds`
            refused  "No space left on device" at write number `at` and all after it
            limit    no file may grow beyond `at` bytes: "File too large"
            disk     the folder is a disk with `at` bytes left
            denied   run as a user who may write nowhere
            closed   standard input, output and error closed, as far as they are in `closed`
            clock    time.time goes back by an hour at every call
    signal  number of the signal
    """

    kind: str = "none"
    at: int = 0
    signal: int = signal.SIGKILL
    seconds: float = 0.0
    closed: tuple[int, ...] = ()

    @property
    def kills(self) -> bool:
        """Whether the process is ended by it."""
        return self.kind in KILLS


class Writes:
    """The number of writes so far, in memory that a forked process shares with the one that forked it."""

    def __init__(self) -> None:
        """No writes yet."""
        self._shared = mmap.mmap(-1, 8)

    def next(self) -> int:
        """Count one more, and return the number of all."""
        number = self.number + 1
        self._shared[:8] = number.to_bytes(8, "little")
        return number

    @property
    def number(self) -> int:
        """All so far."""
        return int.from_bytes(self._shared[:8], "little")


def inject(fault: Fault, roots: Sequence[str], writes: Writes) -> None:
    """Bring the fault about in this process, and count its writes below the folders `roots`; cannot be undone."""
    if fault.kind == "byte":
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    if fault.kind in ("byte", "limit"):
        resource.setrlimit(resource.RLIMIT_FSIZE, (fault.at, fault.at))
    if fault.kind == "denied" and os.geteuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    if fault.kind == "clock":
        _turn_clocks_back()
    _watch(fault, tuple(roots), writes)


def _watch(fault: Fault, roots: tuple[str, ...], writes: Writes) -> None:
    """Let an audit hook see every write that Python makes below `roots`, before it is made."""

    def written(path: object) -> None:
        if isinstance(path, int | None):
            return
        if not os.path.abspath(os.fsdecode(path)).startswith(roots):  # type: ignore[arg-type]
            return
        strike(os.fsdecode(path))  # type: ignore[arg-type]

    def strike(path: str) -> None:
        number = writes.next()
        if fault.kind == "write" and number == fault.at:
            os.kill(os.getpid(), fault.signal)
            time.sleep(60)  # until it arrives
        if fault.kind == "refused" and number >= fault.at and not removing[0]:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path)

    removing = [False]

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            if isinstance(flags, int) and flags & _WRITING:
                removing[0] = False
                written(path)
        elif event in _PATH_EVENTS:
            removing[0] = event in ("os.remove", "os.rmdir", "os.chmod")  # for these a full disk has room
            written(arguments[0])

    synced = os.fsync

    def fsync(fd: Any) -> None:
        removing[0] = False
        strike("fsync")
        synced(fd)

    os.fsync = fsync
    sys.addaudithook(hook)


def _turn_clocks_back() -> None:
    now, calls = time.time, itertools.count()
    time.time = lambda: now() - 3600 * next(calls)


def adopt_orphans() -> bool:
    """Become the parent of all that processes started from here leave behind; False where there is no such thing."""
    try:
        return ctypes.CDLL(None).prctl(36, 1, 0, 0, 0) == 0  # PR_SET_CHILD_SUBREAPER of Linux
    except (OSError, AttributeError):
        return False
