"""chain: a command is struck once or several times, then run in peace; all that it leaves each time is judged."""

import re
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from mmap import PAGESIZE
from pathlib import Path

import numpy as np

from benchmarks.faults.attempt import Ended, Place, attempt
from benchmarks.faults.content import DAMAGED, OLD, contents, epochs
from benchmarks.faults.fault import FULL, Fault
from benchmarks.faults.trials import Trial, copied
from targets.contracts.cache_folder import cache_folder

_SHARES = {"kill": 0.72, "full": 0.14, "denied": 0.04, "closed": 0.05, "clock": 0.05}
"""How often a chain is of this sort."""
_SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
_CLOSED = ((0,), (1,), (2,), (1, 2), (0, 1, 2))
_WORK, _CACHE, _TEMPORARY = "work", "cache", "temporary"
_SHARED_MEMORY = Path("/dev/shm")


@dataclass(frozen=True)
class Reference:
    """The undisturbed run of a trial.

    made  path -> content of all that it made
    writes, seconds, largest  its number of writes, its time, and the bytes of its largest file
    """

    made: Mapping[str, str]
    writes: int
    seconds: float
    largest: int


@dataclass(frozen=True)
class Struck:
    """What one fault did.

    struck    whether the command did not end well
    outcome   what its results are afterwards: "none", "old", "new", or "part" of the files of a folder
    problems  everything that must not be, in words
    """

    fault: Fault
    struck: bool
    outcome: str
    problems: tuple[str, ...]


def place_in(root: Path) -> Place:
    """The folders of a place below `root`, made where they are not there."""
    for name in (_WORK, _CACHE, _TEMPORARY):
        (root / name).mkdir(parents=True, exist_ok=True)
    (root / _TEMPORARY).chmod(0o777)
    loops = cache_folder() / "compiled"  # of all commands, as they take long to compile
    loops.mkdir(parents=True, exist_ok=True)
    if not (root / _CACHE / loops.name).is_symlink():
        (root / _CACHE / loops.name).symlink_to(loops)
    return Place(root / _WORK, root / _CACHE, root / _TEMPORARY)


def reference(trial: Trial, inputs: Path, root: Path) -> Reference:
    """Run a trial undisturbed."""
    place = place_in(root)
    copied(trial, inputs, place.folder)
    before = contents(root)
    ended = attempt(trial.arguments, place, Fault())
    if ended.status or ended.left:
        raise RuntimeError(f"motifc {' '.join(trial.arguments)} ended with {ended.status}: {ended.said}")
    made = {path: what for path, what in contents(root).items() if path not in before and not _kept_by_libraries(path)}
    largest = max((root / path).stat().st_size for path in made if (root / path).exists())
    shutil.rmtree(root)
    return Reference(made, ended.writes, ended.seconds, largest)


def plan(known: Reference, rng: np.random.Generator, disk: bool) -> list[Fault]:
    """The faults of a chain; of a real full disk only where there can be one."""
    sort = rng.choice(list(_SHARES), p=list(_SHARES.values()))
    at = int(np.exp(rng.uniform(0, np.log(max(known.largest, 2)))))
    number = int(rng.integers(1, known.writes + 1))
    if sort == "full":
        kind = str(rng.choice(FULL if disk else FULL[:2]))
        return [Fault(kind, number if kind == "refused" else at)]
    if sort == "closed":
        return [Fault("closed", closed=_CLOSED[int(rng.integers(len(_CLOSED)))])]
    if sort in ("denied", "clock"):
        return [Fault(str(sort))]
    return [_kill(known, rng) for _ in range(int(rng.integers(1, 4)))]


def struck(
    trial: Trial, faults: list[Fault], known: Reference, inputs: Path, root: Path, rng: np.random.Generator
) -> list[Struck]:
    """Strike a command with one fault after the other, run it in peace at the end, and judge what there is."""
    place = place_in(root)
    with _disk(place.folder, faults[0]) as relieved:
        copied(trial, inputs, place.folder)
        if rng.random() < 0.5:
            for name in trial.old:
                (place.folder / name).parent.mkdir(exist_ok=True)
                (place.folder / name).write_bytes(OLD)
        given = contents(root)
        found = []
        for fault in faults:
            begun, before = _epochs(place.folder), contents(root)
            relieved(fault.at)
            with _denied(place, fault):
                ended = attempt(trial.arguments, place, fault, anew=rng.random() < 0.15 and fault.kind == "moment")
            relieved(None)
            problems = [*badly_ended(fault, ended), *_lasting(ended)]
            state, wrong = outcome(before, contents(root), given, known)
            problems += wrong
            if fault.kills and (now := _epochs(place.folder)) < begun and state != "new":
                problems.append(f"{begun} epochs became {now}")
            if not fault.kills:
                problems += [f"{path} is left at once" for path in _temporaries(contents(root), given, known)]
            found.append(Struck(fault, ended.status != 0, state, tuple(problems)))
        if trial.once and state == "new":
            shutil.rmtree(place.folder / "out")
        last = attempt(trial.arguments, place, Fault())
        problems = [*_lasting(last), *_left(place, root, given, known)]
        if last.status:
            problems.append(f"the next run ended with {last.status}: {last.said[-300:]!r}")
        found[-1] = Struck(found[-1].fault, found[-1].struck, found[-1].outcome, (*found[-1].problems, *problems))
    shutil.rmtree(root)
    return found


def _kill(known: Reference, rng: np.random.Generator) -> Fault:
    number = int(rng.choice(_SIGNALS, p=[0.5, 0.35, 0.15]))
    match rng.choice(["write", "byte", "moment"], p=[0.5, 0.15, 0.35]):
        case "write":
            return Fault("write", int(rng.integers(1, known.writes + 1)), number)
        case "byte":
            return Fault("byte", int(np.exp(rng.uniform(0, np.log(max(known.largest, 2))))))
        case _:
            return Fault("moment", signal=number, seconds=float(rng.uniform(0, known.seconds)))


def outcome(
    before: Mapping[str, str], after: Mapping[str, str], given: Mapping[str, str], known: Reference
) -> tuple[str, list[str]]:
    """What the results are, and every file that is neither as before nor as it should become."""
    problems = [f"{path}, which is only read, became {after.get(path)}" for path in given if path not in known.made]
    problems = [text for text in problems if after.get(text.partition(",")[0]) != given[text.partition(",")[0]]]
    states = []
    for path, wanted in known.made.items():
        got = after.get(path)
        states.append("new" if got == wanted else "none" if got is None else "old")
        if got not in (wanted, before.get(path)):
            problems.append(f"{path} became {str(got)[:99]}, was {str(before.get(path))[:99]}")
    problems += [
        f"{path} is {what}" for path, what in after.items() if path.endswith(".checkpoint") and what.startswith(DAMAGED)
    ]
    return states[0] if len(set(states)) == 1 else "part", problems


def badly_ended(fault: Fault, ended: Ended) -> Iterator[str]:
    """Ends other than by the signal, well, or with one sentence."""
    if ended.status is None:
        yield "it hung"
        return
    signals = (-fault.signal, -signal.SIGXFSZ, 130, 143) if fault.kills else ()
    told = any(line.startswith("motifc: ") for line in ended.said.splitlines()) or 2 in fault.closed
    of_lava = ended.status == 3 and "Lava" in ended.said and "Traceback" not in ended.said  # a simulator that failed
    if ended.status not in signals and not (ended.status == 0 or of_lava or (ended.status == 2 and told)):
        yield f"it ended with {ended.status}: {ended.said[-600:]!r}"
    elif "Traceback" in ended.said and fault.kind != "moment":
        yield f"a traceback: {ended.said[-600:]!r}"


def _lasting(ended: Ended) -> Iterator[str]:
    """What outlives the command: processes and shared memory."""
    if ended.left:
        yield f"{ended.left} processes are left"
    if _SHARED_MEMORY.is_dir() and shared_memory_is_ours():
        for entry in _SHARED_MEMORY.iterdir():
            yield f"shared memory {entry.name} is left"
            entry.unlink()


def shared_memory_is_ours() -> bool:
    """Whether /dev/shm was mounted for this process alone (see `benchmarks.faults.command`)."""
    mounts = Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()
    return any(line.startswith(f"faults {_SHARED_MEMORY} ") for line in mounts)


def _left(place: Place, root: Path, given: Mapping[str, str], known: Reference) -> Iterator[str]:
    """What is there after the run in peace and should not be, or the other way round."""
    after = {path: what for path, what in contents(root).items() if not _kept_by_libraries(path)}
    wanted = {path: what for path, what in given.items() if path not in known.made} | dict(known.made)
    for path in sorted(after.keys() | wanted.keys()):
        if after.get(path) != wanted.get(path):
            yield f"after the next run {path} is {str(after.get(path))[:99]}, not {str(wanted.get(path))[:99]}"
    for entry in sorted({entry.name for entry in place.temporary.iterdir()}):
        if not _kept_by_libraries(f"{_TEMPORARY}/{entry}"):
            yield f"after the next run {entry} is left among temporary files"


def _temporaries(after: Mapping[str, str], given: Mapping[str, str], known: Reference) -> list[str]:
    """Files that are neither given nor results."""
    allowed = given.keys() | known.made.keys()
    return [
        path for path in after if path not in allowed and not _kept_by_libraries(path) and ".checkpoint" not in path
    ]


def _kept_by_libraries(path: str) -> bool:
    """Files of fixed names that libraries keep in the folder of temporary files, killed or not."""
    return re.match(rf"{_TEMPORARY}/(\.ses|torchinductor_)", path) is not None


def _epochs(folder: Path) -> int:
    return max((epochs(path) for path in folder.glob("*.checkpoint")), default=0)


@contextmanager
def _denied(place: Place, fault: Fault) -> Iterator[None]:
    """While inside, nobody but root may write to the folders, and for whom that is not enough nobody at all."""
    folders = [place.folder, place.cache] if fault.kind == "denied" else []
    for folder in folders:
        folder.chmod(0o555)
    yield
    for folder in folders:
        folder.chmod(0o755)


@contextmanager
def _disk(folder: Path, fault: Fault) -> Iterator["Relieved"]:
    """Make the folder a disk of its own where the fault wants that; what is given sets the bytes that are free."""
    if fault.kind == "disk":
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "faults", str(folder)], check=True)
    try:
        yield Relieved(folder, fault.kind == "disk")
    finally:
        if fault.kind == "disk":
            subprocess.run(["umount", str(folder)], check=True)


@dataclass(frozen=True)
class Relieved:
    """A disk whose free bytes can be set; None for plenty."""

    folder: Path
    mounted: bool

    def __call__(self, free: int | None) -> None:
        """Leave so many bytes free, whole pages of them."""
        if not self.mounted:
            return
        used = shutil.disk_usage(self.folder).used
        size = 64 << 20 if free is None else used + max(free // PAGESIZE, 1) * PAGESIZE
        subprocess.run(["mount", "-o", f"remount,size={size}", str(self.folder)], check=True)
