"""Plan: which trials there are, and what is asked of their results, all of it told before anything runs."""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from motifc.sweep.trial import LARGEST_SEED, Trial
from search.settings import Settings, TrainingSettings
from targets.contracts.errors import InputError

MEASURES: Mapping[str, str] = {
    "accuracy": "test accuracy of the float network, ties wrong",
    "program_accuracy": "test accuracy of the integer program, ties wrong",
    "validation": "accuracy on the validation part before it was trained on",
    "synapses": "weights of the float network that are not 0",
    "cores": "cores that the program uses",
    "spikes": "spikes of the program per test sample, inputs left out",
}
"""Figures of a trial that can be compared."""
SHARES = frozenset({"accuracy", "program_accuracy", "validation"})
"""Those that are shown in percent, and their differences in points."""


@dataclass(frozen=True)
class DataSource:
    """A data set: its name in the plan, what `load_split` is given for it, and the folder of a task's files."""

    name: str
    place: str
    files: str


@dataclass(frozen=True)
class Arm:
    """What is compared: a method with settings, in a round of the plan."""

    name: str
    method: str
    settings: Settings


@dataclass(frozen=True)
class Family:
    """Comparisons that were meant before anything ran, and whose p values are adjusted together.

    Each of `others` is compared with `reference`, by `measure`, on each of `data`.
    """

    name: str
    measure: str
    reference: str
    others: tuple[str, ...]
    data: tuple[str, ...]


@dataclass(frozen=True)
class Cluster:
    """What a job of a cluster asks for; None and () leave it to the cluster.

    minutes, memory   time and GB of one trial
    at_once           jobs that run at the same time
    restarts          times that a trial is sent again once its time is over
    folder            of submitit's files, which are pickles; in the study where it is ""
    """

    partition: str | None = None
    account: str | None = None
    qos: str | None = None
    constraint: str | None = None
    minutes: int = 240
    memory: float = 4
    cpus: int = 1
    gpus: int = 0
    at_once: int = 64
    restarts: int = 3
    setup: tuple[str, ...] = ()
    folder: str = ""


@dataclass(frozen=True, eq=False)
class Plan:
    """A study.

    arms       of every round by name, in the order of the plan; one round where the plan tells of none
    keep       how many arms go on after each round but the last
    training   settings of a further training; None for none
    content    all of it as plain values, from which `motifc.sweep.plan_file.plan_of` makes it again; base: the folder
               that paths in it start from
    """

    name: str
    data: tuple[DataSource, ...]
    seeds: tuple[int, ...]
    folds: int
    rounds: tuple[tuple[Arm, ...], ...]
    keep: tuple[int, ...]
    training: TrainingSettings | None
    chip: str
    backends: tuple[str, ...]
    samples: int | None
    families: tuple[Family, ...]
    cluster: Cluster
    content: Mapping[str, Any]
    base: str

    @property
    def digest(self) -> str:
        """SHA-256 of all that decides what the table says: not of the cluster, nor of where the plan lies."""
        told = {key: value for key, value in self.content.items() if key not in ("cluster", "files")}
        return hashlib.sha256(json.dumps(told, sort_keys=True, allow_nan=False).encode()).hexdigest()

    @property
    def arms(self) -> tuple[str, ...]:
        """Names of all arms."""
        return tuple(arm.name for arm in self.rounds[0])

    def trials(self, round_number: int = 1, arms: Collection[str] | None = None) -> tuple[Trial, ...]:
        """The table of a round, of all arms or of those that are left: replicate by replicate, so that pairs are near.

        Every arm has the same seeds and splits.
        """
        left = [arm for arm in self.rounds[round_number - 1] if arms is None or arm.name in arms]
        numbered = enumerate(self.seeds)
        return tuple(
            self._trial(source, arm, replicate, seed, fold)
            for (replicate, seed), fold, source, arm in product(numbered, range(self.folds), self.data, left)
        )

    def _trial(self, source: DataSource, arm: Arm, replicate: int, seed: int, fold: int) -> Trial:
        return Trial(
            data=source.name,
            place=source.place,
            files=source.files,
            arm=arm.name,
            method=arm.method,
            replicate=replicate,
            fold=fold,
            seed=seed,
            split_seed=split_seed(seed, fold),
            settings=arm.settings,
            training=self.training,
            chip=self.chip,
            backends=self.backends,
            samples=self.samples,
        )


def replicate_seed(study: str, replicate: int) -> int:
    """The seed of a replicate of the study of that name, 0 to 2^32 - 1."""
    return _drawn(f"{study}/{replicate}")


def split_seed(seed: int, fold: int) -> int:
    """The seed of the split of a fold: that of the replicate in fold 0."""
    return _drawn(f"fold {fold} of {seed}") if fold else seed


def checked_seeds(seeds: tuple[int, ...], folds: int, source: str) -> None:
    """InputError where two splits of the plan would be one."""
    seen: dict[int, str] = {}
    for seed, fold in product(seeds, range(folds)):
        name = f"seed {seed}, fold {fold}"
        other = seen.setdefault(split_seed(seed, fold), name)
        if other != name:
            raise InputError(f"{source}: {name} and {other} give one split; all are to differ, so change the seeds.")


def _drawn(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "little") & LARGEST_SEED
