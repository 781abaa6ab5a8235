"""attempt: one run of a command in a process of its own, with a fault, and what outlives it."""

import os
import select
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.faults.fault import Fault, Writes, inject
from search.settings import Settings, load_settings

_LONGEST = 240.0
"""Seconds after which a command hangs."""
_GRACE = 30.0
"""Seconds in which all that it started has to be gone."""


@dataclass(frozen=True)
class Place:
    """Where a command runs: its working folder, its cache, and the folder of its temporary files."""

    folder: Path
    cache: Path
    temporary: Path

    @property
    def roots(self) -> tuple[str, ...]:
        """The folders that it may write to."""
        return str(self.folder), str(self.cache), str(self.temporary)

    @property
    def environment(self) -> Mapping[str, str]:
        """What it is told of them."""
        return {"MOTIFC_CACHE": str(self.cache), "TMPDIR": str(self.temporary)}


@dataclass(frozen=True)
class Ended:
    """How a command ended.

    status   exit status; of a signal its number with a minus; None where it hung and had to be ended
    said     what it wrote on standard output and error
    writes   how many writes it made
    seconds  how long it took
    left     processes that outlived it by half a minute
    """

    status: int | None
    said: str
    writes: int
    seconds: float
    left: int


def attempt(arguments: Sequence[str], place: Place, fault: Fault, anew: bool = False) -> Ended:
    """Run `motifc` with the arguments; `anew` starts Python for it, else this process, which has it loaded, is forked.

    Where descriptors are closed, Python is always started anew.
    """
    writes = Writes()
    reading, writing = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    began = time.monotonic()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _become(arguments, place, fault, anew or fault.kind == "closed", writes, writing)
    os.close(writing)
    seconds = fault.seconds if fault.kind == "moment" else None
    said = bytearray()
    status = _waited(child, fault.signal, seconds, reading, said)
    took = time.monotonic() - began
    left = _outlived(reading, said)
    os.close(reading)
    return Ended(status, said.decode(errors="replace"), writes.number, took, left)


def _become(arguments: Sequence[str], place: Place, fault: Fault, anew: bool, writes: Writes, writing: int) -> None:
    """Run the command in this process, and never return."""
    code = 99
    try:
        os.setsid()
        nothing = os.open(os.devnull, os.O_RDONLY)
        for handle, source in ((0, nothing), (1, writing), (2, writing)):
            os.dup2(source, handle)
        os.environ.update(place.environment)
        os.chdir(place.folder)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        if anew:
            root = str(Path(__file__).resolve().parents[2])
            path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
            for handle in fault.closed:
                os.close(handle)
            os.execve(sys.executable, [sys.executable, "-m", "motifc", *arguments], os.environ | {"PYTHONPATH": path})
        sys.stdout, sys.stderr = os.fdopen(1, "w", closefd=False), os.fdopen(2, "w", 1, closefd=False)
        tempfile.tempdir = None
        import motifc
        from motifc.cli import main

        small = load_settings(place.folder / "tiny.toml")

        def settings(path: str | os.PathLike[str] | None) -> Settings:
            return small if path is None else load_settings(path)

        motifc.load_settings = settings  # the demo has no option for them, and would take minutes
        inject(fault, place.roots, writes)
        sys.argv = ["motifc", *arguments]
        main()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 0 if ended.code is None else 1
    except BaseException:
        traceback.print_exc()
    finally:
        with suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _waited(child: int, number: int, seconds: float | None, reading: int, said: bytearray) -> int | None:
    """The status of the child, which is sent the signal `number` after `seconds` and ended when it hangs."""
    began = time.monotonic()
    struck = False
    while True:
        _drain(reading, said, 0.01)
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        passed = time.monotonic() - began
        if seconds is not None and passed >= seconds and not struck:
            os.kill(child, number)
            struck = True
        if passed > _LONGEST:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return None


def _outlived(reading: int, said: bytearray) -> int:
    """How many processes are still there after the grace; they are ended. All others are collected."""
    deadline = time.monotonic() + _GRACE
    while time.monotonic() < deadline:
        _drain(reading, said, 0.01)
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                time.sleep(0.02)
        except ChildProcessError:
            return 0
    left = _children()
    for process in left:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    with suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)
    return len(left)


def _children() -> list[int]:
    """Processes whose parent is this one, which adopts what others leave behind."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, ValueError):
            parent = entry.read_text().rpartition(")")[2].split()[1]
            if int(parent) == os.getpid():
                found.append(int(entry.parent.name))
    return found


def _drain(reading: int, said: bytearray, seconds: float) -> None:
    """Read what has been written, waiting no longer than `seconds` for it."""
    if select.select([reading], [], [], seconds)[0]:
        content = os.read(reading, 1 << 16)
        said += content
        if not content:
            time.sleep(seconds)
