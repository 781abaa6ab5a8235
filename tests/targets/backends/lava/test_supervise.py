"""However a Lava run ends, no process of it, no shared memory and no folder is left."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from targets.backends import lava
from targets.backends.lava import driver
from targets.backends.lava.lower import lower
from targets.backends.lava.network import LavaNetwork, save
from targets.backends.lava.supervise import supervise
from targets.errors import BackendError
from targets.program import IntProjection
from targets.raster import SpikeRaster, save_rasters
from targets.synapses import Dense
from tests.targets.backends.lava.jobs import population, program

pytestmark = [
    pytest.mark.skipif(lava.requirement() is not None, reason=str(lava.requirement())),
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are listed from Linux's /proc"),
]

_LOOP = program(
    {"x": 1},
    (population("h", 4, bias=[5, 6, 7, 8]),),
    IntProjection("in", "x", "h", Dense(np.array([[2], [4], [6], [8]])), 0, 1),
)


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


def living(session: int) -> list[int]:
    """Processes of a session that still run; field 3 of /proc/PID/stat is the state, field 6 the session."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] not in "ZX":
            found.append(int(entry.name))
    return found


def shared_memory(session: int) -> set[Path]:
    """Shared memory that processes of a session have mapped."""
    found = set()
    for process in living(session):
        try:
            lines = (Path("/proc") / str(process) / "maps").read_text().splitlines()
        except OSError:
            continue
        found |= {Path(line[line.index("/dev/shm") :]) for line in lines if "/dev/shm/psm_" in line}
    return {path for path in found if path.exists()}


def eventually(condition: Callable[[], object], seconds: float = 60) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


@pytest.fixture
def sessions(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sessions that children of this test lead."""
    started: list[int] = []

    class Noted(subprocess.Popen):  # type: ignore[type-arg]
        def __init__(self, *arguments: object, **settings: object) -> None:
            super().__init__(*arguments, **settings)  # type: ignore[call-overload]
            started.append(self.pid)

    monkeypatch.setattr(subprocess, "Popen", Noted)
    return started


def test_a_run_leaves_nothing(place: Path, sessions: list[int]) -> None:
    folder = job(place / "job", lower(_LOOP), 5)
    supervise(folder, 120)
    assert (folder / "recording.npz").is_file()
    assert len(sessions) == 1
    assert eventually(lambda: not living(sessions[0]), 5)


def test_a_failing_child_is_told_in_one_sentence(place: Path, sessions: list[int]) -> None:
    folder = job(place / "job", lower(_LOOP), 5)
    (folder / "network.json").unlink()
    with pytest.raises(BackendError) as error:
        supervise(folder, 120)
    assert str(error.value) == (
        "Lava failed and was stopped; the last it said was: FileNotFoundError: [Errno 2] No such file or directory: "
        f"'{folder / 'network.json'}'"
    )
    assert eventually(lambda: not living(sessions[0]), 5)


def test_an_error_while_a_lava_process_is_built_does_not_hang(place: Path, sessions: list[int]) -> None:
    network = lower(_LOOP)
    short = replace(network.populations[0], bias_mant=np.zeros(3, dtype=np.int32))
    folder = job(place / "job", replace(network, populations=(short,)), 5)
    with pytest.raises(
        BackendError, match=r"^Lava failed and was stopped; the last it said was: ValueError: could not"
    ):
        supervise(folder, 200)
    assert eventually(lambda: not living(sessions[0]), 5)


def test_an_error_inside_a_lava_process_is_named(place: Path) -> None:
    network = lower(_LOOP)
    wrong = replace(network.projections[0], weights=network.projections[0].weights.astype(np.float64), exponent=1)
    wrong.weights.data[:] = 300.5
    folder = job(place / "job", replace(network, projections=(wrong,)), 5)
    with pytest.raises(
        BackendError, match=r"^Lava failed and was stopped; the last it said was: RuntimeError: TypeErr"
    ):
        supervise(folder, 200)


def test_the_deadline_ends_every_process(place: Path, sessions: list[int]) -> None:
    folder = job(place / "job", lower(_LOOP), 1_000_000)
    with ThreadPoolExecutor() as pool:
        run = pool.submit(supervise, folder, 5)
        eventually(lambda: run.done() or (sessions and len(shared_memory(sessions[0])) > 3))
        memory = shared_memory(sessions[0])
        error = run.exception()
    assert isinstance(error, BackendError)
    assert str(error) == "Lava did not finish within 5 seconds and was stopped; run fewer samples or steps at a time."
    assert eventually(lambda: not living(sessions[0]), 5)
    assert not any(path.exists() for path in memory)


def test_the_driver_gives_its_deadline_and_removes_the_folder(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver, "deadline", lambda network, samples, steps: 0.25)
    monkeypatch.setattr("tempfile.tempdir", str(place))
    with pytest.raises(BackendError, match=r"within 0\.25 seconds"):
        lava.run(_LOOP, {"x": SpikeRaster.pack(np.ones((1, 5, 1)))})
    assert list(place.iterdir()) == []


def test_a_killed_parent_takes_all_with_it(place: Path) -> None:
    folder = job(place / "job", lower(_LOOP), 1_000_000)
    script = "import sys, pathlib, targets.backends.lava.supervise as s; s.supervise(pathlib.Path(sys.argv[1]), 600)"
    with subprocess.Popen([sys.executable, "-c", script, str(folder)]) as parent:
        children = Path(f"/proc/{parent.pid}/task/{parent.pid}/children")
        try:
            assert eventually(children.read_text)
            session = int(children.read_text())
            assert eventually(lambda: len(living(session)) > 6 and len(shared_memory(session)) > 3)
            memory = shared_memory(session)
        finally:
            parent.kill()
    assert eventually(lambda: not living(session))
    assert eventually(lambda: not any(path.exists() for path in memory))
    assert not folder.exists()
