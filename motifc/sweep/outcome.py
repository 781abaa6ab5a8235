"""Outcome and Failure: what became of a trial, as its folder keeps it; and whether it is at work."""

import hashlib
import json
import math
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from targets.contracts.shown import shown
from targets.contracts.writing import write_text

try:
    import fcntl
except ImportError:  # elsewhere than on POSIX there are no such locks
    fcntl = None  # type: ignore[assignment]

RESULT, FAILURE, PROGRESS, LOG = "result.json", "failure.json", "progress.json", "log.txt"
"""Files of a trial's folder, beside the trial itself, its network and its program."""
_LOCK = ".lock"
_LONGEST = 1 << 20


@dataclass(frozen=True)
class Cost:
    """What a trial has cost so far, over all attempts, but what was lost with a process that was killed.

    cpu_seconds, gpu_seconds   of processors; of accelerators, counted from begin to end
    attempts                   times that it was begun
    began, ended               of the last attempt, seconds since 1970
    """

    cpu_seconds: float = 0.0
    gpu_seconds: float = 0.0
    attempts: int = 0
    began: float = 0.0
    ended: float = 0.0


@dataclass(frozen=True)
class Progress:
    """How far a trial is: a phase, of which so many epochs are done, and what ran it on which device."""

    phase: str
    epoch: int
    epochs: int
    device: str
    process: int
    cost: Cost


@dataclass(frozen=True)
class Outcome:
    """What a finished trial has found.

    trial             digest of the trial
    network, program  digests of what was found and compiled
    split, test       digests of the split and of its test part alone
    parts             samples of the train, valid and test part
    equal             whether all backends agreed; sentences: what they were told by
    figures           numbers of `motifc.sweep.plan.MEASURES`; None where a method has none
    cost, machine     circumstances, which no digest depends on
    """

    trial: str
    network: str
    program: str
    split: str
    test: str
    parts: tuple[int, int, int]
    equal: bool
    sentences: tuple[str, ...]
    figures: Mapping[str, float | None]
    cost: Cost
    machine: Mapping[str, str]

    @property
    def digest(self) -> str:
        """SHA-256 of all but the circumstances: the same whoever ran the trial, how often and in whatever order."""
        told = {key: value for key, value in asdict(self).items() if key not in ("cost", "machine")}
        return hashlib.sha256(json.dumps(told, sort_keys=True, allow_nan=False).encode()).hexdigest()


@dataclass(frozen=True)
class Failure:
    """Why a trial has no outcome, in one sentence."""

    trial: str
    reason: str
    cost: Cost


def save(folder: Path, name: str, told: Outcome | Failure | Progress) -> None:
    """Write one of the three into a trial's folder, in one step."""
    content = asdict(told) | ({"digest": told.digest} if isinstance(told, Outcome) else {})
    write_text(folder / name, json.dumps(content, indent=1, allow_nan=False) + "\n")


def outcome_in(folder: Path, trial: str) -> Outcome | None:
    """The outcome of the trial of that digest in its folder; None where there is none, or a damaged one."""
    told = _told(folder / RESULT)
    with suppress(KeyError, TypeError, ValueError, AttributeError):
        digest = told.pop("digest")
        parts = tuple(map(_whole, told.pop("parts")))
        figures = {str(name): None if value is None else _number(value) for name, value in told.pop("figures").items()}
        sentences = tuple(map(str, told.pop("sentences")))
        machine = {str(key): str(value) for key, value in told.pop("machine").items()}
        if type(told["equal"]) is not bool or len(parts) != 3:
            return None
        made = Outcome(
            **told | {"cost": _cost(told["cost"])}, parts=parts, figures=figures, sentences=sentences, machine=machine
        )
        if (made.digest, made.trial) == (digest, trial):
            return made
    return None


def failure_in(folder: Path, trial: str) -> Failure | None:
    """Why the trial of that digest failed; None where it did not."""
    told = _told(folder / FAILURE)
    with suppress(KeyError, TypeError, ValueError, AttributeError):
        if told["trial"] == trial:
            return Failure(trial, shown(str(told["reason"])), _cost(told["cost"]))
    return None


def progress_in(folder: Path) -> Progress | None:
    """How far the trial of a folder is; None where it was never begun."""
    told = _told(folder / PROGRESS)
    with suppress(KeyError, TypeError, ValueError, AttributeError):
        whole = {key: _whole(told[key]) for key in ("epoch", "epochs", "process")}
        return Progress(shown(str(told["phase"])), device=str(told["device"]), cost=_cost(told["cost"]), **whole)
    return None


def forget(folder: Path, *names: str) -> None:
    """Remove files of a trial's folder."""
    for name in names:
        (folder / name).unlink(missing_ok=True)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder, waiting for whoever holds it; the system frees it when a process ends, however."""
    handle = _opened(folder)
    try:
        if fcntl is not None:
            with suppress(OSError):  # a file system without locks
                fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def at_work(folder: Path) -> bool:
    """Whether some process holds the lock of a folder; False where that cannot be known."""
    if not (folder / _LOCK).exists() or fcntl is None:
        return False
    try:
        handle = os.open(folder / _LOCK, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(handle)
    return False


def now() -> float:
    """Seconds since 1970."""
    return time.time()


def _opened(folder: Path) -> int:
    return os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o666)


def _told(path: Path) -> dict[str, Any]:
    """The JSON object in a file; an empty one where there is none."""
    try:
        with path.open(encoding="utf-8") as file:
            told = json.loads(file.read(_LONGEST))
    except (OSError, ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _cost(told: Mapping[str, Any]) -> Cost:
    return Cost(**{each.name: _number(told[each.name]) for each in fields(Cost)})


def _whole(value: object) -> int:
    if type(value) is not int:
        raise TypeError
    return value


def _number(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError
    return value
