"""The own-rate set-point, against the equation written out."""

from collections.abc import Mapping

import numpy as np
import pytest

from targets.contracts.arrays import Floats
from targets.contracts.set_point import BOUNDS, PASSES, set_point, set_point_step


def test_a_step_is_the_published_equation() -> None:
    rates, own = np.array([0.0, 0.1, 0.05, 1.0]), np.array([0.1, 0.1, 0.1, 0.0])
    expected = [min(max((o + 0.002) / (r + 0.002), 0.3), 3.0) ** 0.3 for r, o in zip(rates, own, strict=True)]
    assert set_point_step(rates, own).tolist() == pytest.approx(expected)
    assert expected[0] == 3**0.3  # both ends of the clipping are met
    assert expected[3] == 0.3**0.3


def test_rates_that_follow_r_come_back() -> None:
    own, seen = {"a": np.array([0.1, 0.2, 0.05])}, []

    def rates_under(factors: Mapping[str, Floats]) -> dict[str, Floats]:
        seen.append(factors)
        return {"a": 0.5 * own["a"] * factors["a"]}

    found = set_point(rates_under, own)
    assert len(seen) == PASSES + 1
    assert np.allclose(found["a"], 2, atol=0.05)


def test_factors_stay_within_bounds_and_the_silent_keep_theirs() -> None:
    own = {"a": np.array([0.5, 0.5, 0.001])}
    found = set_point(lambda _: {"a": np.array([0.0, 0.01, 1.0])}, own)
    assert found["a"].tolist() == [1.0, BOUNDS[1], BOUNDS[0]]


def test_healthy_neurons_stay_as_they_are() -> None:
    own = {"a": np.array([0.0, 0.3])}
    assert set_point(lambda _: own, own)["a"].tolist() == [1.0, 1.0]
