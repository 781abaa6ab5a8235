"""Study: the folder of a plan, its rounds, and the folder of every trial."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from motifc.sweep.outcome import RESULT, Failure, Outcome, failure_in, outcome_in
from motifc.sweep.plan import Plan, split_seed
from motifc.sweep.plan_file import parsed
from motifc.sweep.trial import Trial, file_of
from targets.contracts.errors import InputError
from targets.contracts.shown import shown
from targets.contracts.writing import write_text

_PLAN, _ROUNDS, _TRIALS = "plan.json", "rounds", "trials"


@dataclass(frozen=True)
class Row:
    """A trial and what has become of it so far."""

    trial: Trial
    folder: Path
    outcome: Outcome | None
    failure: Failure | None


@dataclass(frozen=True, eq=False)
class Study:
    """A plan and its folder, an absolute path."""

    plan: Plan
    folder: Path

    def folder_of(self, trial: Trial) -> Path:
        """The folder that a trial has for itself."""
        return self.folder / _TRIALS / trial.key

    def rows(self, round_number: int) -> tuple[Row, ...]:
        """The table of a round in the order of the plan; () where the round has not begun."""
        arms = self._arms(round_number)
        if arms is None:
            return ()
        return tuple(map(self.row, self.plan.trials(round_number, arms)))

    def row(self, trial: Trial) -> Row:
        """A trial as it is now."""
        folder = self.folder_of(trial)
        found = outcome_in(folder, trial.digest)
        return Row(trial, folder, found, None if found else failure_in(folder, trial.digest))

    def begin(self, round_number: int) -> tuple[Trial, ...]:
        """The whole table of a round, written down before any of it runs.

        In the first round all arms are in it, later those with the highest mean validation accuracy in the round
        before; equal ones go on in the order of the plan. Raises InputError while that round is not whole.
        """
        arms = self._arms(round_number)
        if arms is None:
            arms = self.plan.arms if round_number == 1 else self._best(round_number - 1)
            (self.folder / _ROUNDS).mkdir(exist_ok=True)
            write_text(self._round(round_number), json.dumps({"arms": list(arms)}) + "\n")
        trials = self.plan.trials(round_number, arms)
        for trial in trials:
            folder = self.folder_of(trial)
            folder.mkdir(parents=True, exist_ok=True)
            told = json.dumps(trial.as_dict(), indent=1) + "\n"
            place = file_of(folder)
            if not place.exists() or place.read_text(encoding="utf-8") != told:
                write_text(place, told)
        return trials

    def _arms(self, round_number: int) -> tuple[str, ...] | None:
        """Names of the arms of a round that has begun; None for one that has not."""
        path = self._round(round_number)
        if not path.exists():
            return None
        try:
            arms = tuple(json.loads(path.read_text(encoding="utf-8"))["arms"])
        except (OSError, ValueError, LookupError, TypeError, RecursionError):
            arms = ()
        if not arms or not set(arms) <= set(self.plan.arms):
            raise InputError(f"{path} does not name arms of the plan; remove it, and the round is planned again.")
        return arms

    def _best(self, round_number: int) -> tuple[str, ...]:
        rows = self.rows(round_number)
        judged: dict[str, list[float]] = {}
        for row in rows:
            figure = None if row.outcome is None else row.outcome.figures.get("validation")
            if figure is None:
                raise InputError(
                    f"round {round_number} is not whole: {row.trial.name} has no validation accuracy; run the study "
                    "again once what stopped it is mended."
                )
            judged.setdefault(row.trial.arm, []).append(figure)
        order = sorted(judged, key=lambda arm: -float(np.mean(judged[arm])))
        kept = set(order[: self.plan.keep[round_number - 1]])
        return tuple(arm for arm in self.plan.arms if arm in kept)

    def _round(self, number: int) -> Path:
        return self.folder / _ROUNDS / f"{number}.json"


def begin_study(plan: Plan, folder: Path) -> Study:
    """The study of a plan in a folder, begun or gone on with.

    Raises InputError for a folder that holds another plan or anything else, for data that cannot be read or have
    changed since, and for a fold that gives no other split.
    """
    folder = folder.absolute()
    path = folder / _PLAN
    if path.exists():
        known, digests = _stored(folder)
        if known.digest != plan.digest:
            raise InputError(
                f"{folder} holds the study {shown(known.name)!r} of plan {known.digest[:12]}; {plan.digest[:12]} was "
                "given, whose results would not belong together, so give another folder."
            )
    elif folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder} is no study and not empty; a new folder is needed, so give another name.")
    else:
        digests = {}
    found = _read_data(plan)
    for name, digest in found.items():
        if digests.get(name, digest) != digest:
            raise InputError(
                f"{name} has changed since the study in {folder} was begun; results of both would not belong "
                "together, so bring it back or give another folder."
            )
    with suppress(FileExistsError):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"{folder} cannot be made ({error.strerror}); give another folder.") from None
    told = {"plan": plan.content, "base": plan.base, "data": found}
    write_text(path, json.dumps(told, indent=1, allow_nan=False) + "\n")
    return Study(plan, folder)


def study_in(folder: Path) -> Study:
    """The study in a folder, to be looked at; InputError where there is none."""
    folder = folder.absolute()
    return Study(_stored(folder)[0], folder)


def check_outcome(row: Row, readable: Callable[[Path], str]) -> bool:
    """Whether a trial is finished and the network and program it left are what its outcome tells.

    `readable` gives the digest of a file, and raises InputError for one that is damaged or not there.
    """
    if row.outcome is None:
        return False
    from motifc.sweep.chain import NETWORK, PROGRAM

    with suppress(InputError):
        kept = tuple(readable(row.folder / name) for name in (NETWORK, PROGRAM))
        if kept == (row.outcome.network, row.outcome.program):
            return True
    (row.folder / RESULT).unlink(missing_ok=True)
    return False


def outcomes_digest(rows: Sequence[Row]) -> str:
    """SHA-256 of what all trials have found, by their names: the same whoever ran them and in whatever order."""
    told = sorted((row.trial.key, "" if row.outcome is None else row.outcome.digest) for row in rows)
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _stored(folder: Path) -> tuple[Plan, Mapping[str, str]]:
    """The plan that a study was begun with, and digests of its data."""
    path = folder / _PLAN
    try:
        told: Any = json.loads(path.read_text(encoding="utf-8"))
        content, base, data = dict(told["plan"]), Path(told["base"]), dict(told["data"])
    except FileNotFoundError:
        raise InputError(
            f"{folder} holds no study; a folder that motifc sweep run has written is needed, so check the path."
        ) from None
    except (OSError, ValueError, LookupError, TypeError, RecursionError) as error:
        raise InputError(f"{path} is no plan of a study ({shown(str(error))[:80]}); begin in another folder.") from None
    return parsed(content, base, str(path)), data


def _read_data(plan: Plan) -> dict[str, str]:
    """Digest of the first split of each data set, all of which are read once."""
    from search.data.load import load_split

    found = {}
    for source in plan.data:
        files = Path(source.files) if source.files else None
        split = load_split(source.place, files, plan.seeds[0])
        found[source.name] = split.digest
        if plan.folds > 1 and load_split(source.place, files, split_seed(plan.seeds[0], 1)).digest == split.digest:
            raise InputError(
                f"{source.name} has one split whatever the seed, and the plan has {plan.folds} folds; they would be "
                "one trial many times over, so leave folds out."
            )
    return found
