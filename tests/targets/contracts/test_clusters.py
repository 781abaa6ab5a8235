"""nearest_and_sums: one step of k-means, as numpy makes it."""

import numpy as np
import pytest

from targets.contracts import profiles
from targets.contracts.clusters import nearest_and_sums


@pytest.mark.parametrize("points", [1, 511, 512, 1025])
def test_a_step_is_that_of_numpy_to_the_last_bit(points: int) -> None:
    """Rounded, so that some are as near to one centre as to another; the last centre has no point."""
    rng = np.random.default_rng(points)
    given, centres = rng.normal(size=(points, 2)).round(1), rng.normal(size=(5, 2)).round(1)
    centres[-1] = 100
    nearest, members, sums = nearest_and_sums(np.ascontiguousarray(given.T), centres)
    for got, wanted in zip((nearest, members, sums), profiles._step(given, centres), strict=True):
        np.testing.assert_array_equal(got, wanted)
    assert members[-1] == 0
