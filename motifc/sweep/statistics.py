"""Paired statistics: intervals and tests of mean differences, of sweeps and of the studies under benchmarks/."""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from targets.contracts.arrays import Floats
from targets.contracts.errors import InputError

LEAST_BOOTSTRAP = 20
"""Pairs from which on a bootstrap interval is told: of fewer it is too narrow."""
_RESAMPLES = 10_000
_LEVEL = 0.975
Interval = tuple[float, float]


@dataclass(frozen=True)
class PairedDifference:
    """What paired differences tell of their mean; None is what cannot be told of so few or so equal ones.

    n, mean, sd     of the differences; sd with n - 1
    interval, p     95 % interval of the mean by Student's t and the two-sided p of a mean of 0
    corrected, corrected_p   the same with the variance of resampled splits (C. Nadeau and Y. Bengio, Machine Learning
                    52:239, 2003): sd^2 (1/n + test samples / training samples); None where splits do not overlap
    bootstrap       95 % percentile interval of 10,000 resamples; None below 20 pairs
    """

    n: int
    mean: float | None
    sd: float | None
    interval: Interval | None
    p: float | None
    corrected: Interval | None
    corrected_p: float | None
    bootstrap: Interval | None

    @property
    def honest_p(self) -> float | None:
        """The corrected p where splits overlap, else that of the plain test."""
        return self.p if self.corrected is None and self.corrected_p is None else self.corrected_p


def paired(differences: Floats) -> tuple[float, float]:
    """Mean of paired differences and half of its 95 % confidence interval; nan for a single pair."""
    count = len(differences)
    if count == 1:
        return float(differences[0]), float("nan")
    return float(differences.mean()), float(student.ppf(_LEVEL, count - 1) * differences.std(ddof=1) / np.sqrt(count))


def paired_difference(differences: Sequence[float], overlap: float | None = None, name: str = "") -> PairedDifference:
    """What the differences of pairs tell.

    overlap  test samples per training sample of the splits, where these overlap from pair to pair; None where they do
             not, or are all the same
    name     seeds the bootstrap, so that the same table comes out again
    Raises InputError for a difference that is no finite number and for an overlap that is not above 0.
    """
    given = np.asarray(differences, np.float64)
    if not np.isfinite(given).all():
        raise InputError(
            f"a difference is {given[~np.isfinite(given)][0]}; finite numbers are needed, so leave it out."
        )
    if overlap is not None and not 0 < overlap < math.inf:
        raise InputError(f"the overlap of splits is {overlap}; test samples per training sample are above 0.")
    n = len(given)
    if n == 0:
        return PairedDifference(0, None, None, None, None, None, None, None)
    mean = float(given.mean())
    if n == 1:
        return PairedDifference(1, mean, None, None, None, None, None, None)
    # Rounding leaves some spread in equal differences, which would make their mean seem certain.
    sd = float(given.std(ddof=1)) if np.ptp(given) > 1e-12 * max(1.0, abs(mean)) else 0.0
    interval, p = _tested(mean, sd * math.sqrt(1 / n), n)
    corrected, corrected_p = (None, None) if overlap is None else _tested(mean, sd * math.sqrt(1 / n + overlap), n)
    bootstrap = _bootstrap(given, name) if n >= LEAST_BOOTSTRAP else None
    return PairedDifference(n, mean, sd, interval, p, corrected, corrected_p, bootstrap)


def holm(p_values: Sequence[float | None]) -> tuple[float | None, ...]:
    """The p values of one family, adjusted by S. Holm (Scand. J. Stat. 6:65, 1979); None stays, and counts as one.

    So a comparison that failed makes the others no less strict.
    """
    count = len(p_values)
    order = sorted((number for number in range(count) if p_values[number] is not None), key=lambda n: p_values[n] or 0)
    adjusted: list[float | None] = [None] * count
    largest = 0.0
    for rank, number in enumerate(order):
        largest = max(largest, min(1.0, (count - rank) * (p_values[number] or 0.0)))
        adjusted[number] = largest
    return tuple(adjusted)


def _tested(mean: float, error: float, n: int) -> tuple[Interval | None, float | None]:
    """Interval and p of a mean with this standard error; of differences that are all one and not 0 nothing is told."""
    if error == 0:
        return ((0.0, 0.0), 1.0) if mean == 0 else (None, None)
    half = float(student.ppf(_LEVEL, n - 1)) * error
    return (mean - half, mean + half), float(2 * student.sf(abs(mean) / error, n - 1))


def _bootstrap(given: Floats, name: str) -> Interval:
    """The same for the same differences and name, in whatever order they come."""
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little")
    drawn = np.random.default_rng(seed).integers(0, len(given), (_RESAMPLES, len(given)))
    means = np.sort(given)[drawn].mean(axis=1)
    low, high = np.quantile(means, (1 - _LEVEL, _LEVEL))
    return float(low), float(high)
