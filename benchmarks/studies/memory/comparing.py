"""Comparisons of arms, paired by replicate, and the choice of the default method."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import rankdata, t as student

from benchmarks.studies.memory.trials import Kept, Scored
from motifc.sweep.statistics import Interval, PairedDifference, holm, paired_difference
from targets.contracts.arrays import Floats

LEVEL = 0.05
"""Of a family."""
Pair = tuple[str, str, str]
"""Data set, arm, and the arm that it is compared with."""


@dataclass(frozen=True)
class Comparison:
    """One arm less another on one data set, in shares of the test part.

    statistics  of the differences, with the interval for overlapping splits
    bonferroni  the interval of all comparisons of a family together; adjusted: Holm's p within it
    """

    data: str
    arm: str
    other: str
    statistics: PairedDifference
    bonferroni: Interval | None
    adjusted: float | None


def figures(rows: Sequence[Scored], data: str, arm: str, name: str) -> dict[int, float]:
    """A figure of an arm on a data set by replicate."""
    return {row.replicate: float(getattr(row, name)) for row in rows if (row.data, row.arm) == (data, arm)}


def mean(rows: Sequence[Scored], data: str, arm: str, name: str) -> float:
    """Mean of a figure over replicates; nan without any."""
    found = list(figures(rows, data, arm, name).values())
    return float(np.mean(found)) if found else float("nan")


def family(rows: Sequence[Scored], pairs: Sequence[Pair], name: str = "accuracy") -> list[Comparison]:
    """Comparisons (data, arm, other) whose p values are adjusted together, those without pairs counted too."""
    made = [_compared(rows, *pair, name, len(pairs)) for pair in pairs]
    adjusted = holm([each.statistics.p for each in made])
    return [replace(each, adjusted=p) for each, p in zip(made, adjusted, strict=True)]


def _compared(rows: Sequence[Scored], data: str, arm: str, other: str, name: str, count: int) -> Comparison:
    mine, theirs = figures(rows, data, arm, name), figures(rows, data, other, name)
    differences = [mine[each] - theirs[each] for each in sorted(mine) if each in theirs]
    parts = [row.parts for row in rows if (row.data, row.arm) == (data, arm)]
    overlap = float(np.mean([test / (train + valid) for train, valid, test in parts])) if parts else None
    told = paired_difference(differences, overlap, f"{data}/{arm}/{other}")
    return Comparison(data, arm, other, told, _bonferroni(told, count), None)


def _bonferroni(told: PairedDifference, count: int) -> Interval | None:
    """The interval by Student's t that holds for all of so many comparisons with 95 %."""
    if told.mean is None or not told.sd:
        return None
    half = float(student.ppf(1 - LEVEL / (2 * count), told.n - 1)) * told.sd / told.n**0.5
    return told.mean - half, told.mean + half


@dataclass(frozen=True)
class Rank:
    """A method among all: mean rank of validation accuracy over data sets and replicates, 1 the best.

    error    standard error of the mean rank, of the means of replicates
    seconds  CPU seconds of a trial
    within   whether its mean rank is within a standard error of the best one's
    """

    arm: str
    rank: float
    error: float
    validation: float
    seconds: float
    within: bool


def ranked(rows: Sequence[Kept], arms: Sequence[str], data: Sequence[str]) -> list[Rank]:
    """All methods that were judged in every replicate on every data set, the best first."""
    names = [arm for arm in arms if any(row.arm == arm for row in rows)]
    tables = [[figures(rows, each, arm, "validation") for arm in names] for each in data]
    whole = sorted(set.intersection(*(set(found) for table in tables for found in table)))
    ranks: Floats = np.array(
        [[rankdata([-found[number] for found in table]) for number in whole] for table in tables]
    ).mean(axis=0)  # [replicate, arm]
    means = ranks.mean(axis=0)
    errors = ranks.std(axis=0, ddof=1) / len(whole) ** 0.5
    best = int(means.argmin())
    made = [
        Rank(
            arm,
            float(means[place]),
            float(errors[place]),
            float(np.mean([mean(rows, each, arm, "validation") for each in data])),
            float(np.mean([mean(rows, each, arm, "seconds") for each in data])),
            bool(means[place] <= means[best] + errors[best]),
        )
        for place, arm in enumerate(names)
    ]
    return sorted(made, key=lambda each: each.rank)


def default(ranks: Sequence[Rank]) -> str:
    """The best mean rank; of those within a standard error HRMAS before others, then the cheaper one."""
    within = [each for each in ranks if each.within]
    own = [each for each in within if each.arm.startswith("hrmas")]
    return min(own or within, key=lambda each: each.seconds).arm
