"""Intervals of means over seeds, by Student's t."""

import numpy as np
from scipy.stats import t as student

from targets.contracts.arrays import Floats


def paired(differences: Floats) -> tuple[float, float]:
    """Mean of paired differences and half of its 95 % confidence interval; nan for a single pair."""
    count = len(differences)
    if count == 1:
        return float(differences[0]), float("nan")
    return float(differences.mean()), float(student.ppf(0.975, count - 1) * differences.std(ddof=1) / np.sqrt(count))
