"""Trials: the tests of one file on one mutant after the other, each in a process forked where all is loaded."""

import gc
import multiprocessing
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from multiprocessing.connection import Connection
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, Literal

from benchmarks.mutation.patch import patched
from targets.contracts.errors import InputError

ROOT = Path(__file__).parent.parent.parent
_OURS = ("motifc", "compiler", "search", "targets", "tests")
_PASSED, _FAILED, _INTERRUPTED, _BROKEN, _AFRESH = 0, 1, 2, 3, 99
"""How a forked process ends: as pytest does, the third where a module cannot be imported; the last is ours."""
_MEMORY = 6 << 30  # bytes beyond what is mapped at the start: a mutant may try to hold the world
_PATIENCE = 60  # seconds on the clock for a second of the processor, on a busy machine
_POLL = 0.005
_FAILED_FIRST = "failed"  # the file in which a trial says what failed

State = Literal["killed", "timeout", "survived"]


_COMPILES = "targets.contracts.jit import compiled"
"""What a file that holds kernels of numba has in it."""


@dataclass(frozen=True)
class Outcome:
    """How a trial ended, the test that failed first, and seconds of the processor."""

    state: State
    by: str
    seconds: float


@dataclass(frozen=True, eq=False)
class Trials:
    """The quick tests of the file at `path`, collected once by a process of its own at the other end of `link`.

    A trial is forked from that process, and what a mutant changes within functions is changed in place. Mutants of
    anything else, constants, classes, decorators, and of files that hold kernels of numba, which run as Python then,
    begin in a fresh process. Nothing on disk changes.
    """

    path: str
    source: str
    tests: tuple[str, ...]
    link: Connection

    def run(self, source: str, seconds: float) -> Outcome:
        """Run the tests with `source` in the place of the file, up to the first that fails, as long as `seconds`."""
        self.link.send((source, seconds))
        found: Outcome | None = self.link.recv()
        return afresh(self.path, source, self.tests, seconds) if found is None else found


@contextmanager
def trials(path: str, source: str, tests: Sequence[str]) -> Iterator[Trials]:
    """Collect the tests; they wait for trials until the block ends."""
    here, there = multiprocessing.Pipe()
    with tempfile.TemporaryDirectory(prefix="trials", ignore_cleanup_errors=True) as folder:
        host = os.fork()
        if host == 0:
            here.close()
            _ending(lambda: _host(path, source, tests, there, Path(folder)))
        there.close()
        try:
            yield Trials(path, source, tuple(tests), here)
        finally:
            here.close()  # which ends the loops of the other side
            os.waitpid(host, 0)


def afresh(path: str, source: str, tests: Sequence[str], seconds: float) -> Outcome:
    """A trial of which every module of ours is imported anew; InputError where pytest cannot run at all."""
    with tempfile.TemporaryDirectory(prefix="trial", ignore_cleanup_errors=True) as folder:
        code, found = _forked(lambda: _tested(path, source, tests, Path(folder)), seconds, Path(folder))
    if code not in (_PASSED, _FAILED, _INTERRUPTED):
        raise InputError(f"pytest ended with status {code} on {' '.join(tests)}; 0 to 2 are expected, so run it alone.")
    return found


class _Host:
    """A plugin of pytest that answers trials in the place of running the tests once."""

    def __init__(self, path: str, source: str, link: Connection, folder: Path) -> None:
        self.name, self.source, self.link, self.folder = _module(path), source, link, folder

    def pytest_runtestloop(self, session: Any) -> bool:
        """Called once all tests are collected."""
        gc.freeze()  # what is loaded by now is not looked through again in every trial
        for source, seconds in _asked(self.link):
            (self.folder / _FAILED_FIRST).unlink(missing_ok=True)
            code, found = _forked(partial(self._run, session, source), seconds, self.folder)
            self.link.send(found if code in (_PASSED, _FAILED) else None)
        return True

    def _run(self, session: Any, source: str) -> int:
        from _pytest.main import pytest_runtestloop

        if source != self.source and not patched(sys.modules[self.name], self.source, source):
            return _AFRESH
        with suppress(session.Failed, session.Interrupted):
            pytest_runtestloop(session)
        return _FAILED if session.testsfailed else _PASSED


class _FirstFailure:
    """A plugin of pytest that writes the names of tests that fail to a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Called for every phase of a test."""
        if report.failed:
            self._told(report.nodeid)

    def pytest_collectreport(self, report: Any) -> None:
        """Called for every file of tests."""
        if report.failed:
            self._told(f"import in {report.nodeid}")

    def _told(self, name: str) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.write(f"{name}\n")


class _Mutated(MetaPathFinder, Loader):
    """Gives one module its mutated code."""

    def __init__(self, name: str, code: CodeType) -> None:
        self.name, self.code = name, code

    def find_spec(self, fullname: str, path: object, target: object = None) -> ModuleSpec | None:
        """Its specification, for that module alone."""
        return ModuleSpec(fullname, self, origin=self.code.co_filename) if fullname == self.name else None

    def exec_module(self, module: ModuleType) -> None:
        """Run the mutated code as the module."""
        module.__file__ = self.code.co_filename
        exec(self.code, module.__dict__)


def warm(names: Sequence[str]) -> None:
    """Import what takes long and is not ours, for forked processes to find it loaded.

    What is compiled from now on lies in a folder that goes with this process, beside no source.
    """
    import atexit

    os.environ["OMP_NUM_THREADS"] = "1"
    for name in names:
        import_module(name)
    if sys.pycache_prefix is None:
        sys.dont_write_bytecode, sys.pycache_prefix = False, tempfile.mkdtemp(prefix="compiled")
        atexit.register(shutil.rmtree, sys.pycache_prefix, ignore_errors=True)
    gc.freeze()


def _module(path: str) -> str:
    return ".".join(Path(path).with_suffix("").parts)


def _host(path: str, source: str, tests: Sequence[str], link: Connection, folder: Path) -> int:
    """Collect the tests and answer; where they cannot be collected, every trial begins afresh and tells why."""
    import pytest

    _begin()
    if _COMPILES not in source:
        plugins = [_Host(path, source, link, folder), _FirstFailure(folder / _FAILED_FIRST)]
        pytest.main(_options(folder, tests), plugins=plugins)
    for _ in _asked(link):
        link.send(None)
    return _PASSED


def _asked(link: Connection) -> Iterator[tuple[str, float]]:
    """What trials are asked for, until the other side ends."""
    with suppress(EOFError):
        while True:
            yield link.recv()


def _tested(path: str, source: str, tests: Sequence[str], folder: Path) -> int:
    """The status of pytest with a module mutated."""
    import pytest

    _begin()
    if _COMPILES in source:
        from numba.core import config

        setattr(config, "DISABLE_JIT", 1)  # noqa: B010  # numba makes its settings when it is imported
    sys.meta_path.insert(0, _Mutated(_module(path), compile(source, str(ROOT / path), "exec")))
    return int(pytest.main(_options(folder, tests), plugins=[_FirstFailure(folder / _FAILED_FIRST)]))


def _begin() -> None:
    """Forget every module of ours, and have a failing example of hypothesis not made smaller: one is enough."""
    import hypothesis

    for name in [name for name in sys.modules if name.partition(".")[0] in _OURS]:
        del sys.modules[name]
    phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
    hypothesis.settings.register_profile("trial", phases=phases, derandomize=True, database=None, deadline=None)
    hypothesis.settings.load_profile("trial")
    os.chdir(ROOT)


def _options(folder: Path, tests: Sequence[str]) -> list[str]:
    quiet = ["-x", "-q", "-W", "ignore::pytest.PytestAssertRewriteWarning", "-p", "no:cacheprovider"]
    return [*quiet, "-m", "not slow", "-o", "timeout=0", f"--basetemp={folder}/tests", *tests]


def _forked(run: Callable[[], int], seconds: float, folder: Path) -> tuple[int, Outcome]:
    """The exit status of `run` in a process of its own, and what that says of a mutant."""
    child = os.fork()
    if child == 0:
        mapped = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (mapped + _MEMORY, mapped + _MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 2))
        _ending(run)
    status, used = _ended(child, seconds * _PATIENCE)
    told = folder / _FAILED_FIRST
    first = next(iter(told.read_text(encoding="utf-8").splitlines()), "") if told.exists() else ""
    if os.WIFSIGNALED(status):
        late = os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGKILL)
        by = first or signal.Signals(os.WTERMSIG(status)).name
        return _FAILED, Outcome("timeout" if late else "killed", by, used)
    code = os.WEXITSTATUS(status)
    return code, Outcome("survived" if code == _PASSED else "killed", first, used)


def _ending(run: Callable[[], int]) -> None:
    """End this process, which was forked, with what `run` returns; it prints nowhere."""
    code = _BROKEN
    try:
        silent = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(silent, stream)
        code = run()
    finally:
        os._exit(code)


def _ended(child: int, patience: float) -> tuple[int, float]:
    """(status, seconds of the processor) of a child, which is stopped after `patience` seconds."""
    until = time.monotonic() + patience
    while True:
        ended, status, used = os.wait4(child, os.WNOHANG)
        if ended:
            return status, used.ru_utime + used.ru_stime
        if time.monotonic() > until:
            os.kill(child, signal.SIGKILL)
            until = float("inf")
        time.sleep(_POLL)
