"""However a Lava run ends, it is told in one sentence, and no process, no shared memory and no folder is left."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from targets.backends import lava
from targets.backends.lava import driver
from targets.backends.lava.lower import lower
from targets.backends.lava.network import LavaNetwork, save
from targets.backends.lava.supervise import supervise
from targets.contracts.errors import BackendError
from targets.contracts.raster import SpikeRaster, save_rasters
from targets.contracts.synapses import Dense
from targets.program.program import IntProjection
from tests.targets.backends.lava.jobs import population, program

pytestmark = [
    pytest.mark.slow,  # all but a few start processes and wait for them
    pytest.mark.skipif(lava.requirement() is not None, reason=str(lava.requirement())),
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are listed from Linux's /proc"),
]

_LOOP = program(
    {"x": 1},
    (population("h", 4, bias=[5, 6, 7, 8]),),
    IntProjection("in", "x", "h", Dense(np.array([[2], [4], [6], [8]])), 0, 1),
)
_ENDLESS = 1_000_000
_LONG = 600.0
"""A deadline that no test reaches: pytest's own limit is shorter."""


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder with a short name: Lava's sockets lie in it, and their paths may not be long."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def job(folder: Path, network: LavaNetwork, steps: int) -> Path:
    """A job folder as the driver writes it."""
    folder.mkdir(exist_ok=True)
    save(network, folder)
    save_rasters({"x": SpikeRaster.pack(np.ones((1, steps, 1)))}, folder / "spikes.npz")
    return folder


def relations(session: int) -> list[tuple[int, int, int]]:
    """(process, parent, group) of a session's living; /proc/PID/stat: state, parent, group and session after ')'."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            state, parent, group, of_session = (entry / "stat").read_text().rsplit(")", 1)[1].split()[:4]
        except OSError:
            continue
        if int(of_session) == session and state not in "ZX":
            found.append((int(entry.name), int(parent), int(group)))
    return sorted(found)


def shared_memory(session: int) -> set[Path]:
    """Shared memory that processes of a session have mapped."""
    found = set()
    for process, _, _ in relations(session):
        try:
            lines = (Path("/proc") / str(process) / "maps").read_text().splitlines()
        except OSError:
            continue
        found |= {Path(line[line.index("/dev/shm") :]) for line in lines if "/dev/shm/psm_" in line}
    return {path for path in found if path.exists()}


def eventually(condition: Callable[[], object], seconds: float = 100) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


@dataclass
class Session:
    """The processes of one run: the watcher leads the session, its worker a group, to which Lava's belong."""

    watcher: int = 0
    memory: set[Path] = field(default_factory=set)

    @property
    def worker(self) -> int:
        return next(process for process, parent, group in relations(self.watcher) if group == process != self.watcher)

    @property
    def lavas(self) -> list[int]:
        worker = self.worker
        return [process for process, parent, _ in relations(self.watcher) if parent == worker]

    def running(self) -> bool:
        """Whether Lava's processes are all there: input, neurons, synapses, their service and the memory manager."""
        self.memory = shared_memory(self.watcher)
        return len(relations(self.watcher)) >= 8 and len(self.memory) > 3

    def left_nothing(self) -> bool:
        memory = [path for path in self.memory if path.exists()]
        return not memory and eventually(lambda: not relations(self.watcher))


Fault = Callable[[Session], object]


@pytest.fixture
def session_with(monkeypatch: pytest.MonkeyPatch) -> Callable[[Fault | None], Session]:
    """The session that `supervise` will start, and what shall happen to it once Lava runs."""

    def prepare(fault: Fault | None) -> Session:
        session = Session()

        class Faulty(subprocess.Popen):  # type: ignore[type-arg]
            def communicate(self, *arguments: Any, **settings: Any) -> Any:
                if not session.watcher:
                    session.watcher = self.pid
                    if fault is not None:
                        assert eventually(session.running)
                        fault(session)
                return super().communicate(*arguments, **settings)

        monkeypatch.setattr(subprocess, "Popen", Faulty)
        return session

    return prepare


Prepare = Callable[[Fault | None], Session]


def test_a_run_leaves_nothing(place: Path, session_with: Prepare) -> None:
    session = session_with(None)
    folder = job(place / "job", lower(_LOOP), 5)
    supervise(folder, _LONG)
    assert (folder / "recording.npz").is_file()
    assert session.watcher
    assert session.left_nothing()


def test_a_failing_child_is_told_in_one_sentence(place: Path, session_with: Prepare) -> None:
    session = session_with(None)
    folder = job(place / "job", lower(_LOOP), 5)
    (folder / "network.json").unlink()
    with pytest.raises(BackendError) as error:
        supervise(folder, _LONG)
    assert str(error.value) == (
        "Lava failed and was stopped; the last it said was: FileNotFoundError: [Errno 2] No such file or directory: "
        f"'{folder / 'network.json'}'"
    )
    assert session.left_nothing()


def test_lava_that_cannot_be_imported(place: Path, session_with: Prepare, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / "packages").mkdir()
    (place / "packages" / "lava.py").touch()
    monkeypatch.setenv("PYTHONPATH", str(place / "packages"))
    session = session_with(None)
    with pytest.raises(BackendError) as error:
        supervise(job(place / "job", lower(_LOOP), 5), _LONG)
    assert str(error.value) == (
        "Lava failed and was stopped; the last it said was: ModuleNotFoundError: No module named 'lava.magma'; "
        "'lava' is not a package"
    )
    assert session.left_nothing()


def test_an_error_while_a_lava_process_is_built_does_not_hang(place: Path, session_with: Prepare) -> None:
    session = session_with(None)
    network = lower(_LOOP)
    short = replace(network.neurons[0], bias_mant=np.zeros(3, dtype=np.int32))
    folder = job(place / "job", replace(network, neurons=(short,)), 5)
    with pytest.raises(
        BackendError, match=r"^Lava failed and was stopped; the last it said was: ValueError: could not"
    ):
        supervise(folder, _LONG)
    assert session.left_nothing()


def test_an_error_inside_a_lava_process_is_named(place: Path, session_with: Prepare) -> None:
    session = session_with(None)
    network = lower(_LOOP)
    wrong = replace(network.synapses[0], weights=network.synapses[0].weights.astype(np.float64), exponent=1)
    wrong.weights.data[:] = 300.5
    folder = job(place / "job", replace(network, synapses=(wrong,)), 5)
    with pytest.raises(
        BackendError, match=r"^Lava failed and was stopped; the last it said was: RuntimeError: TypeErr"
    ):
        supervise(folder, _LONG)
    assert session.left_nothing()


@pytest.mark.parametrize("fault", [lambda session: None, lambda session: os.kill(session.lavas[-1], signal.SIGSTOP)])
def test_the_deadline_ends_what_is_slow_or_hangs(place: Path, session_with: Prepare, fault: Fault) -> None:
    session = session_with(fault)
    with pytest.raises(BackendError) as error:
        supervise(job(place / "job", lower(_LOOP), _ENDLESS), 0.5)
    assert str(error.value) == (
        "Lava did not finish within 0.5 seconds and was stopped; run fewer samples or steps at a time."
    )
    assert session.left_nothing()


@pytest.mark.parametrize("number", [0, 2, -1])
def test_the_death_of_one_lava_process_is_noticed(place: Path, session_with: Prepare, number: int) -> None:
    session = session_with(lambda session: os.kill(session.lavas[number], signal.SIGKILL))
    with pytest.raises(BackendError) as error:
        supervise(job(place / "job", lower(_LOOP), _ENDLESS), _LONG)
    assert str(error.value) == (
        "Lava failed and was stopped; the last it said was: a Lava process was killed by signal 9 (Killed); "
        "perhaps memory ran out"
    )
    assert session.left_nothing()


def test_the_death_of_the_worker_is_noticed(place: Path, session_with: Prepare) -> None:
    session = session_with(lambda session: os.kill(session.worker, signal.SIGKILL))
    with pytest.raises(BackendError) as error:
        supervise(job(place / "job", lower(_LOOP), _ENDLESS), _LONG)
    assert str(error.value) == (
        "Lava failed and was stopped; the last it said was: the process that drives Lava was killed by signal 9 "
        "(Killed); perhaps memory ran out"
    )
    assert session.left_nothing()


def test_the_death_of_the_watcher_ends_what_it_watched(place: Path, session_with: Prepare) -> None:
    session = session_with(lambda session: os.kill(session.watcher, signal.SIGKILL))
    with pytest.raises(BackendError) as error:
        supervise(job(place / "job", lower(_LOOP), _ENDLESS), _LONG)
    assert str(error.value) == (
        "the process that watches over Lava was killed by signal 9 (Killed), which stopped Lava; run it again."
    )
    assert session.left_nothing()


def test_the_driver_gives_its_deadline_and_removes_the_folder(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver, "deadline", lambda network, samples, steps: 0.25)
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    with pytest.raises(BackendError, match=r"within 0\.25 seconds"):
        lava.load(_LOOP).run({"x": SpikeRaster.pack(np.ones((1, 5, 1)))})
    assert list(place.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_parent_that_ends_takes_all_with_it(place: Path, number: signal.Signals) -> None:
    """Signals go to the parent's whole group, as Ctrl-C does."""
    folder = job(place / "job", lower(_LOOP), _ENDLESS)
    script = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "  # a background job ignores it
        "import sys, pathlib, targets.backends.lava.supervise as s; s.supervise(pathlib.Path(sys.argv[1]), 600)"
    )
    command = [sys.executable, "-c", script, str(folder)]
    with subprocess.Popen(command, process_group=0, stderr=subprocess.DEVNULL) as parent:
        children = Path(f"/proc/{parent.pid}/task/{parent.pid}/children")
        try:
            assert eventually(children.read_text)
            session = Session(int(children.read_text()))
            assert eventually(session.running)
            os.killpg(parent.pid, number)
            parent.wait(100)
        finally:
            parent.kill()
    assert parent.returncode == -number
    assert eventually(lambda: not any(path.exists() for path in session.memory))
    assert session.left_nothing()
    assert not folder.exists()
