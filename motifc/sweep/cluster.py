"""submitted: trials sent to Slurm, or to processes of this machine, by submitit; their folders tell how they end.

Submitit keeps what a job calls as a pickle, and what it returns as another. Here a call is a path and a digest, a
result is never loaded, and the folder of the pickles must be private (see `motifc.sweep.private_folder`).
"""

import fcntl
import getpass
import json
import os
import shlex
import shutil
import subprocess
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from motifc.sweep.chain import give_up
from motifc.sweep.cluster_job import ClusterJob
from motifc.sweep.executors import Ended, Execute, Job
from motifc.sweep.outcome import failure_in, outcome_in
from motifc.sweep.plan import Cluster
from motifc.sweep.private_folder import private_folder
from motifc.workers.spread import RESTARTS, worker_environment
from targets.contracts.errors import InputError
from targets.contracts.shown import brief
from targets.contracts.writing import write_text

_PROGRAMS = ("sbatch", "srun", "squeue", "scancel")
_ARRAY = 500
"""Jobs of one array at most; clusters usually allow 1,000."""
_LEDGER, _ALIVE, _FOLDER = "jobs.json", "alive.lock", "submitit"


def submitted(
    kind: str,
    options: Cluster,
    study: Path,
    workers: int = 1,
    tell: Callable[[str], None] = lambda _: None,
    poll: float | None = None,
    grace: float | None = None,
) -> Execute:
    """An executor that sends trials to Slurm as arrays ("slurm") or to so many processes at a time ("local").

    poll   seconds between two questions how far they are
    grace  seconds that a result may take from another machine's disk, once its job is gone

    A job that is gone without a result is sent again at most twice; one that Slurm requeues goes on from its
    checkpoint. Jobs of Slurm outlive this process, unless it is interrupted, and the next one finds them; processes of
    "local" do not. Raises InputError where submitit or Slurm is not there, and for a folder that others may write to.
    """
    if kind not in ("slurm", "local"):
        raise InputError(f"--cluster is {brief(kind)}; slurm or local is allowed, so choose one of them.")
    if workers < 1:
        raise InputError(f"{workers} workers were asked for; at least 1 is needed, so give a larger number.")
    missing = [name for name in _PROGRAMS if kind == "slurm" and shutil.which(name) is None]
    if missing:
        raise InputError(f"{missing[0]} is not found here; start where Slurm's programs are, or leave --cluster out.")
    try:
        import submitit
    except ImportError:
        raise InputError(
            'a cluster needs submitit, which is not installed; install it with pip install "motifc[cluster]".'
        ) from None
    known = submitit
    slurm = kind == "slurm"
    wait = (10.0 if slurm else 0.2) if poll is None else poll
    late = (30.0 if slurm else 2.0) if grace is None else grace

    def execute(jobs: Sequence[Job], ended: Ended) -> None:
        folder = private_folder(Path(options.folder).expanduser() if options.folder else study / _FOLDER)
        with _held(folder / _ALIVE) as alive:
            sender = _Sender(known, kind, options, folder, "" if slurm else str(alive))
            _Watch(sender, folder, options.at_once if slurm else workers, late, tell).run(jobs, ended, wait)

    return execute


@dataclass(frozen=True)
class _Sender:
    """Sends jobs, and knows which are still there."""

    submitit: Any
    kind: str
    options: Cluster
    folder: Path
    alive: str

    def send(self, jobs: Sequence[Job]) -> list[Any]:
        """What submitit calls each of these jobs."""
        options = self.options
        executor = self.submitit.AutoExecutor(
            folder=str(self.folder), cluster=self.kind, **{f"{self.kind}_max_num_timeout": options.restarts}
        )
        named = {key: getattr(options, key) for key in ("partition", "account", "qos", "constraint")}
        own = [f"export {name}={shlex.quote(value)}" for name, value in worker_environment({}, alone=True).items()]
        executor.update_parameters(
            name="motifc",
            timeout_min=options.minutes,
            mem_gb=options.memory,
            cpus_per_task=options.cpus,
            gpus_per_node=options.gpus,
            slurm_array_parallelism=options.at_once,
            slurm_additional_parameters={"requeue": True},
            slurm_setup=[*own, *options.setup],
            **{f"slurm_{key}": value for key, value in named.items() if value is not None},
        )
        device = "cuda" if options.gpus else "cpu"
        columns = zip(*((str(job.folder), job.digest, device, self.alive) for job in jobs), strict=True)
        with _environment():
            return list(executor.map_array(ClusterJob(), *map(list, columns)))

    def known(self, number: str) -> Any:
        """A job of Slurm that was sent before."""
        return self.submitit.SlurmJob(folder=str(self.folder), job_id=number)

    def present(self, jobs: Sequence[Any]) -> set[str]:
        """Numbers of the jobs that wait or run; all where nobody can say."""
        if self.kind == "local":
            return {job.job_id for job in jobs if not job.done()}
        command = ["squeue", "--noheader", "--array", "--format=%i", "--user", getpass.getuser()]
        asked = subprocess.run(command, capture_output=True, text=True, check=False)
        return {job.job_id for job in jobs} if asked.returncode else set(asked.stdout.split())

    def state(self, job: Any) -> str:
        """What the cluster calls the end of a job."""
        try:
            if self.kind == "slurm":
                type(job).watcher.update()
                return str(type(job).watcher.get_state(job.job_id, mode="cache"))
            return str(job.state)
        except Exception:  # sacct may not be there, or say anything
            return "UNKNOWN"

    def cancel(self, jobs: Sequence[Any]) -> None:
        """Take jobs of Slurm back; those of this machine end with this process."""
        if self.kind == "slurm" and jobs:
            subprocess.run(["scancel", *(job.job_id for job in jobs)], capture_output=True, check=False)


class _Watch:
    """Sends jobs and waits for what their folders tell."""

    def __init__(self, sender: _Sender, folder: Path, at_once: int, grace: float, tell: Callable[[str], None]) -> None:
        self.sender, self.folder, self.at_once, self.grace, self.tell = sender, folder, at_once, grace, tell
        self.running: dict[str, tuple[Job, Any]] = {}
        self.gone: dict[str, float] = {}
        self.tries: Counter[str] = Counter()

    def run(self, jobs: Sequence[Job], ended: Ended, wait: float) -> None:
        """Until all have ended."""
        waiting = deque(self._left_running(jobs))
        try:
            while waiting or self.running:
                self._send(waiting)
                for job in self._ended(waiting):
                    ended(job)
                if waiting or self.running:
                    time.sleep(wait)
        except KeyboardInterrupt:
            self.sender.cancel([sent for _, sent in self.running.values()])
            raise

    def _left_running(self, jobs: Sequence[Job]) -> list[Job]:
        """Those jobs that no process before this one has sent to a cluster where they still are."""
        if self.sender.kind == "local":
            return list(jobs)
        numbers = self._ledger()
        known = {job.digest: (job, self.sender.known(numbers[job.digest])) for job in jobs if job.digest in numbers}
        present = self.sender.present([sent for _, sent in known.values()]) if known else set()
        self.running = {digest: pair for digest, pair in known.items() if pair[1].job_id in present}
        if self.running:
            self.tell(f"{len(self.running)} jobs of an earlier start are waited for")
        return [job for job in jobs if job.digest not in self.running]

    def _send(self, waiting: deque[Job]) -> None:
        """Send what there is room for; all of Slurm's, which keeps to `at_once` itself."""
        slurm = self.sender.kind == "slurm"
        while waiting and (slurm or len(self.running) < self.at_once):
            count = min(len(waiting), _ARRAY if slurm else self.at_once - len(self.running))
            batch = [waiting.popleft() for _ in range(count)]
            for job, sent in zip(batch, self.sender.send(batch), strict=True):
                self.running[job.digest] = job, sent
                self.tries[job.digest] += 1
            if slurm:
                numbers = {digest: sent.job_id for digest, (_, sent) in self.running.items()}
                write_text(self.folder / _LEDGER, json.dumps({**self._ledger(), **numbers}) + "\n")

    def _ended(self, waiting: deque[Job]) -> Iterator[Job]:
        """Jobs that have ended, well or not; one that is gone without a word is put back to wait, at most twice."""
        present = self.sender.present([sent for _, sent in self.running.values()])
        for digest, (job, sent) in list(self.running.items()):
            told = outcome_in(job.folder, digest) or failure_in(job.folder, digest)
            if sent.job_id in present and (told is None or self.sender.kind == "local"):
                self.gone.pop(digest, None)  # a process of this machine is waited for, so that none is left
                continue
            if told is None and time.monotonic() - self.gone.setdefault(digest, time.monotonic()) < self.grace:
                continue
            self.gone.pop(digest, None)
            del self.running[digest]
            if told is None and self.tries[digest] <= RESTARTS:
                waiting.append(job)
                continue
            if told is None:
                times, state = self.tries[digest], self.sender.state(sent)
                give_up(job.folder, digest, f"its job ended {times} times without a result, at last as {state}.")
            yield job

    def _ledger(self) -> Mapping[str, str]:
        """Numbers of all jobs that were ever sent, by digest."""
        try:
            told = json.loads((self.folder / _LEDGER).read_text(encoding="utf-8"))
            return {str(digest): str(number) for digest, number in told.items()}
        except (OSError, ValueError, AttributeError):
            return {}


@contextmanager
def _held(path: Path) -> Iterator[Path]:
    """Hold the lock of a file; InputError where another process does."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InputError(f"{path.parent} is in use by another motifc sweep run; wait for it to end.") from None
        yield path
    finally:
        os.close(handle)


@contextmanager
def _environment() -> Iterator[None]:
    """Processes that are started inside have the environment of a worker."""
    before = dict(os.environ)
    os.environ.update(worker_environment({}))
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
