"""add_errors: what rounding costs each row, as `thresholds` adds it up in numpy."""

import numpy as np
import pytest

from targets.contracts import thresholds
from targets.contracts.chip import chip_named
from targets.contracts.rounding_errors import add_errors


@pytest.mark.parametrize("priced", [False, True])
@pytest.mark.parametrize("weights", [0, 1, 513])
def test_errors_are_those_of_numpy_to_the_last_bit(weights: int, priced: bool) -> None:
    rng, chip = np.random.default_rng(weights), chip_named("loihi1")
    row, weight, scales = rng.integers(0, 9, weights), rng.normal(0, 0.3, weights), rng.uniform(100, 2000, 9)
    cost = rng.uniform(0.1, 2, weights) if priced else np.ones(1)
    total, grid = np.zeros(9), (2.0, -256.0, 254.0)
    add_errors(row, weight, cost, scales, grid, total)
    plain = thresholds._added(row, weight, cost if priced else 1.0, scales, chip)
    np.testing.assert_array_equal(total, plain)
    assert not weights or np.abs(weight[:, None] * scales).max() > 256  # so that some are clipped
