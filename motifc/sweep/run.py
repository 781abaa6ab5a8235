"""run_plan: a plan run to its end, round by round; what is finished already is not run again."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from motifc.sweep.executors import Execute, Job
from motifc.sweep.plan import Plan
from motifc.sweep.study import Row, Study, begin_study, check_outcome, outcomes_digest

Tell = Callable[[Row, int, int], None]
"""Is told a trial that has ended, how many of its round have, and how many there are."""


@dataclass(frozen=True, eq=False)
class Ran:
    """A study, and the rows of its last round that was begun."""

    study: Study
    round_number: int
    rows: tuple[Row, ...]

    @property
    def failed(self) -> tuple[Row, ...]:
        """Trials that failed."""
        return tuple(row for row in self.rows if row.failure is not None)

    @property
    def left(self) -> tuple[Row, ...]:
        """Trials that neither failed nor ended, as where commands were printed."""
        return tuple(row for row in self.rows if row.failure is None and row.outcome is None)

    @property
    def unequal(self) -> tuple[Row, ...]:
        """Finished trials whose backends disagree."""
        return tuple(row for row in self.rows if row.outcome is not None and not row.outcome.equal)

    @property
    def good(self) -> bool:
        """Whether every trial of every round is finished and its backends agree."""
        last = self.round_number == len(self.study.plan.rounds)
        return last and not (self.failed or self.left or self.unequal)

    @property
    def digest(self) -> str:
        """Of what all trials of the round have found."""
        return outcomes_digest(self.rows)

    @property
    def sentence(self) -> str:
        """How many trials there are, and what became of them."""
        done = sum(row.outcome is not None for row in self.rows)
        rounds = len(self.study.plan.rounds)
        name = f", round {self.round_number} of {rounds}" if rounds > 1 else ""
        return f"{self.study.plan.name}{name}: {done} of {len(self.rows)} trials done, {len(self.failed)} failed."

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "study": str(self.study.folder),
            "round": self.round_number,
            "trials": len(self.rows),
            "done": sum(row.outcome is not None for row in self.rows),
            "failed": {row.trial.name: "" if row.failure is None else row.failure.reason for row in self.failed},
            "differing": [row.trial.name for row in self.unequal],
            "outcomes": {row.trial.key: row.outcome.digest for row in self.rows if row.outcome is not None},
            "digest": self.digest,
        }


def run_plan(plan: Plan, execute: Execute, folder: Path | str | None = None, tell: Tell = lambda *_: None) -> Ran:
    """Run all trials of a plan that are not finished yet, by `execute`, in a folder of the study's name or another.

    A round begins once every trial of the one before has an outcome. Raises InputError for a folder of another plan,
    data that cannot be read, and what `execute` raises.
    """
    study = begin_study(plan, Path(plan.name if folder is None else folder))
    for number in range(1, len(plan.rounds) + 1):
        rows = _run_round(study, number, execute, tell)
        if any(row.outcome is None for row in rows):
            break
    return Ran(study, number, rows)


def _run_round(study: Study, number: int, execute: Execute, tell: Tell) -> tuple[Row, ...]:
    """The rows of a round after its trials have run."""
    trials = {trial.digest: trial for trial in study.begin(number)}
    rows = [study.row(trial) for trial in trials.values()]
    missing = [row for row in rows if not check_outcome(row, _digest)]
    ended = len(rows) - len(missing)

    def one_more(job: Job) -> None:
        nonlocal ended
        ended += 1
        tell(study.row(trials[job.digest]), ended, len(rows))

    if missing:
        execute([Job(row.folder, row.trial.digest) for row in missing], one_more)
    return study.rows(number)


def _digest(path: Path) -> str:
    """The digest of what a network or program computes."""
    from search.network import Network
    from targets.program.program import Program

    return Network.load(path).digest if path.suffix == ".network" else Program.load(path).digest
