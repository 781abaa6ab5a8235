"""The process in which Lava runs: `python -m targets.backends.lava.child FOLDER`, started by `supervise`.

It forks once. The worker leads a process group of its own, which Lava's many processes join; the watcher outlives
it and does three things: it ends the group when the worker is done, or when standard input closes (the caller has
given up, or is dead), and it keeps Python's resource tracker outside the group, which then removes whatever
shared memory a killed Lava leaves behind.
"""

import os
import shutil
import signal
import sys
import threading
import traceback
from contextlib import suppress
from multiprocessing import resource_tracker
from pathlib import Path


def main(folder: Path) -> int:
    """Simulate the job in `folder` and return 0 once recording.npz is there; the worker's output is in log.txt."""
    resource_tracker.ensure_running()
    worker = os.fork()
    if worker == 0:
        os.setpgid(0, 0)
        _work(folder)
    with suppress(PermissionError, ProcessLookupError):
        os.setpgid(worker, worker)
    abandoned = threading.Event()
    threading.Thread(target=_watch, args=(worker, abandoned), daemon=True).start()
    _, status = os.waitpid(worker, 0)
    _end(worker)
    if abandoned.is_set():
        shutil.rmtree(folder, ignore_errors=True)
    return min(abs(os.waitstatus_to_exitcode(status)), 1)


def _watch(worker: int, abandoned: threading.Event) -> None:
    """End the worker's group when standard input closes."""
    os.read(0, 1)
    abandoned.set()
    _end(worker)


def _end(worker: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(worker, signal.SIGKILL)


def _work(folder: Path) -> None:
    """Run Lava; leave at once whatever happens, since an interpreter with Lava processes alive would never end."""
    status = 1
    try:
        log = os.open(folder / "log.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(log, 1)
        os.dup2(log, 2)
        # Lava is imported here and not above, so that the watcher stays small and free of threads when it forks.
        from targets.backends.lava.simulate import simulate_folder

        simulate_folder(folder, folder / "spikes.npz", folder / "recording.npz")
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
