"""spread: lines of work shared out among worker processes; a worker that dies costs its line another try."""

import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from motifc.workers.serve import READY
from targets.contracts.errors import BackendError, InputError

RESTARTS = 2
"""Times that a line is given to another worker after the first has died of it."""
ONE_THREAD = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")
"""Variables of the environment that are 1 for a worker."""
_ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True)
class Died:
    """What stands for the answer to a line of which every worker has died: how the last one ended."""

    how: str
    tries: int

    @property
    def sentence(self) -> str:
        """All of it."""
        times = "once" if self.tries == 1 else f"{self.tries} times"
        return f"the process that ran it died {times}, at last {self.how}."


def spread(
    module: str,
    lines: Sequence[str],
    workers: int,
    ended: Callable[[int, str | Died], None],
    environments: Sequence[Mapping[str, str]] = (),
    arguments: Sequence[str] = (),
) -> None:
    """Have `workers` processes of `module`, which calls `motifc.workers.serve.serve`, answer every line.

    `ended` is given the number of a line and its answer, or how its workers died, one call at a time and in no order;
    what it raises ends all. A worker runs with one thread and the environment of its number, in turn. No worker
    outlives this call, nor this process, however it ends. Raises InputError below one worker, and BackendError where
    none can begin at all.
    """
    if workers < 1:
        raise InputError(f"{workers} workers were asked for; at least 1 is needed, so give a larger number.")
    shared = _Shared(deque(range(len(lines))), lines, ended)
    environments = environments or ({},)
    threads = [
        threading.Thread(
            target=_tend,
            args=(
                shared,
                worker_command(module, arguments),
                worker_environment(environments[number % len(environments)]),
            ),
            daemon=True,
        )
        for number in range(min(workers, len(lines)))
    ]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():  # so that Ctrl-C is heard
                thread.join(0.2)
    finally:
        shared.stop()
        for thread in threads:
            thread.join()
    if shared.errors:
        raise shared.errors[0]


class _Shared:
    """What the threads that tend a worker each have in common."""

    def __init__(self, left: deque[int], lines: Sequence[str], ended: Callable[[int, str | Died], None]) -> None:
        self.left, self.lines, self.ended = left, lines, ended
        self.tries = [0] * len(lines)
        self.lock = threading.Lock()
        self.processes: set[subprocess.Popen[str]] = set()
        self.errors: list[BaseException] = []
        self.stopped = False
        self.begins = {True: 0, False: 0}

    def start(self, command: Sequence[str], environment: Mapping[str, str]) -> "subprocess.Popen[str] | None":
        """A new worker; None where all is to end."""
        with self.lock:
            if self.stopped:
                return None
            process = subprocess.Popen(
                command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
            )
            self.processes.add(process)
            return process

    def begun(self, well: bool) -> None:
        """Note whether a worker has begun; BackendError once three have not and none ever has."""
        with self.lock:
            self.begins[well] += 1
            if not self.begins[True] and self.begins[False] > RESTARTS and not self.stopped:
                raise BackendError(
                    f"{self.begins[False]} worker processes ended before they began; what they said stands above."
                )

    def stop(self) -> None:
        """Kill all workers."""
        with self.lock:
            self.stopped = True
            for process in self.processes:
                process.kill()

    def take(self) -> int | None:
        """The number of the next line; None where there is none left."""
        with self.lock:
            return self.left.popleft() if self.left and not self.stopped else None

    def answered(self, number: int, answer: str) -> None:
        """Hand on an answer."""
        with self.lock:
            self.ended(number, answer)

    def died(self, number: int, status: int) -> None:
        """Have a line tried again, before others that wait, or hand on that it is given up."""
        with self.lock:
            if self.stopped:
                return
            self.tries[number] += 1
            if self.tries[number] <= RESTARTS:
                self.left.appendleft(number)
            else:
                self.ended(number, Died(how_ended(status), self.tries[number]))


def _tend(shared: _Shared, command: Sequence[str], environment: Mapping[str, str]) -> None:
    """Keep one worker at work until no line is left."""
    process = None
    try:
        while (number := shared.take()) is not None:
            if process is None:
                process = shared.start(command, environment)
                if process is None:
                    return
                shared.begun(heard(process) == READY)
            answer = asked(process, shared.lines[number])
            if answer is None:
                shared.died(number, _end(process, shared))
                process = None
            else:
                shared.answered(number, answer)
    except BaseException as error:
        shared.errors.append(error)
        shared.stop()
    finally:
        if process is not None:
            _end(process, shared)


def asked(process: "subprocess.Popen[str]", line: str) -> str | None:
    """The answer of a worker; None where it is dead."""
    if process.stdin is None or process.stdout is None:
        return None
    try:
        process.stdin.write(f"{line}\n")
        process.stdin.flush()
    except OSError:
        return None
    return heard(process)


def heard(process: "subprocess.Popen[str]") -> str | None:
    """The next line of a worker; None where it is dead."""
    line = "" if process.stdout is None else process.stdout.readline()
    return line[:-1] if line.endswith("\n") else None


def _end(process: "subprocess.Popen[str]", shared: _Shared) -> int:
    """Close a worker's input, upon which it ends; its status."""
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            try:
                stream.close()
            except OSError:
                continue
    status = process.wait()
    with shared.lock:
        shared.processes.discard(process)
    return status


def worker_command(module: str, arguments: Sequence[str]) -> list[str]:
    """What starts a worker of `module`."""
    return [sys.executable, "-P", "-m", module, *arguments]


def worker_environment(own: Mapping[str, str], alone: bool = False) -> dict[str, str]:
    """The environment of a worker: one thread, this very motifc before any other, and `own`; beside all that is set.

    With `alone` only what differs from what is set.
    """
    paths = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    changed = {**dict.fromkeys(ONE_THREAD, "1"), "PYTHONPATH": os.pathsep.join(paths), **own}
    return changed if alone else {**os.environ, **changed}


def how_ended(status: int) -> str:
    """How a process has ended, from its status."""
    if status >= 0:
        return f"with status {status}"
    try:
        return f"by {signal.Signals(-status).name}"
    except ValueError:
        return f"by signal {-status}"
