"""status: how far a study is, trial by trial, asked of its folders alone, also while it runs."""

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any, Literal

from motifc.sweep.outcome import at_work, progress_in
from motifc.sweep.study import Row, Study
from motifc.sweep.tables import cost_of

State = Literal["done", "differs", "failed", "running", "stopped", "waiting"]
"""differs: done, and backends disagree; stopped: begun and at work nowhere, as after a crash."""


@dataclass(frozen=True)
class TrialState:
    """A trial of the round at work: its state, and what is known of it in a few words."""

    trial: str
    key: str
    state: State
    about: str
    cpu_seconds: float
    gpu_seconds: float


@dataclass(frozen=True)
class Status:
    """A study: the round at work of so many, and its trials."""

    name: str
    round_number: int
    rounds: int
    trials: tuple[TrialState, ...]

    @property
    def counts(self) -> dict[str, int]:
        """Trials by state."""
        return dict(Counter(each.state for each in self.trials))

    @property
    def sentence(self) -> str:
        """All of it on one line."""
        told = ", ".join(f"{count} {state}" for state, count in self.counts.items())
        cpu = sum(each.cpu_seconds for each in self.trials) / 3600
        gpu = sum(each.gpu_seconds for each in self.trials) / 3600
        return (
            f"{self.name}, round {self.round_number} of {self.rounds}: {len(self.trials)} trials, {told}; "
            f"{cpu:.2f} CPU hours, {gpu:.2f} GPU hours so far."
        )

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self) | {"counts": self.counts, "sentence": self.sentence}


def status(study: Study) -> Status:
    """How far the last round of a study is that has begun."""
    rounds = len(study.plan.rounds)
    begun = [(number, rows) for number in range(1, rounds + 1) if (rows := study.rows(number))]
    number, rows = begun[-1] if begun else (1, tuple(map(study.row, study.plan.trials())))
    return Status(study.plan.name, number, rounds, tuple(map(_state, rows)))


def _state(row: Row) -> TrialState:
    cost = cost_of(row)
    state, about = _told(row)
    return TrialState(row.trial.name, row.trial.key, state, about, cost.cpu_seconds, cost.gpu_seconds)


def _told(row: Row) -> tuple[State, str]:
    if row.outcome is not None:
        accuracy = row.outcome.figures.get("accuracy")
        return ("done" if row.outcome.equal else "differs"), "" if accuracy is None else f"{accuracy:.2%}"
    if at_work(row.folder):
        return "running", _phase(row)
    if row.failure is not None:
        return "failed", row.failure.reason
    return ("waiting", "") if progress_in(row.folder) is None else ("stopped", _phase(row))


def _phase(row: Row) -> str:
    begun = progress_in(row.folder)
    if begun is None:
        return ""
    return f"{begun.phase} {begun.epoch} of {begun.epochs}" if begun.epochs else begun.phase
