"""The process in which Lava runs: `python -m targets.backends.lava.child FOLDER`, started by `supervise`.

It forks once. The worker leads a process group of its own, which Lava's many processes join; the watcher outlives
it and does three things: it ends the group when the worker is done, or when standard input closes (the caller has
given up, or is dead), and it keeps Python's resource tracker outside the group, which then removes whatever
shared memory a killed Lava leaves behind. Should the watcher be killed, the worker notices by a pipe that only the
watcher could write to, and ends its own group.
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
    listening, lifeline = os.pipe()
    worker = os.fork()
    if worker == 0:
        os.setpgid(0, 0)
        os.close(lifeline)
        threading.Thread(target=_follow, args=(listening,), daemon=True).start()
        _work(folder)
    os.close(listening)
    with suppress(PermissionError, ProcessLookupError):
        os.setpgid(worker, worker)
    abandoned = threading.Event()
    threading.Thread(target=_watch, args=(worker, abandoned), daemon=True).start()
    _, status = os.waitpid(worker, 0)
    _end(worker)
    if abandoned.is_set():
        shutil.rmtree(folder, ignore_errors=True)
    elif os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        cause = f"signal {number} ({signal.strsignal(number)})"
        with (folder / "log.txt").open("a", encoding="utf-8") as log:
            log.write(f"\nthe process that drives Lava was killed by {cause}; perhaps memory ran out\n")
    return min(abs(os.waitstatus_to_exitcode(status)), 1)


def _follow(watcher: int) -> None:
    """End the worker's group, this process included, when the watcher is gone."""
    os.read(watcher, 1)
    os.killpg(0, signal.SIGKILL)


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
