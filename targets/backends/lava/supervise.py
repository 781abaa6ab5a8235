"""supervise: run one Lava job in a child process that never outlives its caller, its job or its deadline."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from targets.contracts.errors import BackendError

_GRACE = 20.0
"""Seconds the child gets to end its own processes once it was told to stop."""

_KEPT = ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
_ROOT = Path(__file__).resolve().parents[3]


def supervise(folder: Path, deadline: float) -> None:
    """Run the job in `folder` (network.json, network.npz, spikes.npz) until recording.npz is there.

    The child leads a session of its own and holds one end of a pipe; when this process closes the other end, or
    dies, the child ends every process it started. Nothing of it is left when this function returns, shared memory
    included: it waits until nobody holds the child's standard error any more. Lava's sockets lie in `folder`.

    Raises BackendError with the last line the child wrote when it fails, when it is killed, and after `deadline`
    seconds.
    """
    listening, lifeline = os.pipe()
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "targets.backends.lava.child", str(folder)],
            stdin=listening,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            cwd=folder,
            env=_environment(folder),
            start_new_session=True,
        )
    except BaseException:
        os.close(lifeline)
        raise
    finally:
        os.close(listening)
    said = b""
    try:
        _, said = process.communicate(timeout=deadline)
    except subprocess.TimeoutExpired:
        raise BackendError(
            f"Lava did not finish within {deadline:g} seconds and was stopped; run fewer samples or steps at a time."
        ) from None
    finally:
        os.close(lifeline)
        _wait_until_gone(process)
    if process.returncode < 0:
        number = -process.returncode
        raise BackendError(
            f"the process that watches over Lava was killed by signal {number} ({signal.strsignal(number)}), which "
            "stopped Lava; run it again."
        )
    if process.returncode:
        raise BackendError(f"Lava failed and was stopped; the last it said was: {_last_line(folder, said)}")


def _wait_until_gone(process: "subprocess.Popen[bytes]") -> None:
    try:
        process.communicate(timeout=_GRACE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if process.stderr is not None:
            process.stderr.close()


def _environment(folder: Path) -> dict[str, str]:
    """Little of this process's environment; one thread per Lava process, and temporary files in the job's folder."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    given = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    packages = [str(_ROOT), *(str(Path(entry).resolve()) for entry in given if entry)]
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return kept | threads | {"PYTHONPATH": os.pathsep.join(packages), "TMPDIR": str(folder)}


def _last_line(folder: Path, said: bytes) -> str:
    """The last line of the worker's log, or of the child itself where it did not get that far."""
    log = folder / "log.txt"
    text = log.read_text(errors="replace") if log.is_file() else ""
    lines = [line.strip() for line in (text or said.decode(errors="replace")).splitlines() if line.strip()]
    return lines[-1] if lines else "nothing"
