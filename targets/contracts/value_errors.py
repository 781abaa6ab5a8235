"""Errors of told values: what a regression is judged by."""

import numpy as np

from targets.contracts.arrays import Floats


def mean_squared_error(told: Floats, truth: Floats) -> float:
    """Mean of (told - truth)^2 over samples and values, both float64 [sample, value]; 0 of none."""
    return float(np.mean((told - truth) ** 2)) if truth.size else 0.0


def smape(told: Floats, truth: Floats) -> float:
    """Symmetric mean absolute percentage error, 0 to 200: 200 mean(|told - truth| / (|told| + |truth|)).

    Both float64 [sample, value]; 0 of none. Where told and truth are both 0 the share is 0 / 0 and the whole figure
    200, as in the harness of NeuroBench 2.3.0 (neurobench/metrics/workload/smape.py), whose figure this is.
    """
    if not truth.size:
        return 0.0
    with np.errstate(invalid="ignore"):
        mean = float(np.mean(np.abs(told - truth) / (np.abs(told) + np.abs(truth))))
    return 200.0 if np.isnan(mean) else 200.0 * mean
