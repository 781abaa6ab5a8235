"""choose_scales: a threshold for every neuron that suits its weights."""

from collections.abc import Mapping

import numpy as np
import pytest

from compiler.ir import FloatPopulation, FloatProjection
from compiler.thresholds import Scales, choose_scales
from targets.arrays import Array, Floats
from targets.chip import chip_named
from targets.grid import round_weights
from targets.synapses import Dense, Sparse

LOIHI1 = chip_named("loihi1")


def rows_of(seed: int, neurons: int = 40, spread: float = 1.5) -> tuple[FloatPopulation, FloatProjection]:
    """Rows whose weights differ in size by neuron."""
    rng = np.random.default_rng(seed)
    one = np.ones(neurons)
    weights = rng.normal(0, 0.2, (neurons, 30)) * 2 ** rng.uniform(-spread, spread, (neurons, 1))
    population = FloatPopulation("n", 1, one, one, rng.uniform(0.5, 2, neurons), one)
    return population, FloatProjection("w", "x", "n", Dense(weights), 1)


def noise(population: FloatPopulation, projection: FloatProjection, scales: Scales) -> float:
    """Sum of squared errors of the weights, in thresholds."""
    ratio = projection.synapses.weights / population.threshold[:, None]
    scale: Array = scales.vth[:, None] / 2.0 ** scales.exponents["w"]
    return float(np.sum((round_weights(ratio * scale) / scale - ratio) ** 2))


def choose(
    population: FloatPopulation, projection: FloatProjection, profiles: int, rates: Mapping[str, Floats] | None = None
) -> Scales:
    return choose_scales(population, (projection,), profiles, 4096, LOIHI1, rates or {})


@pytest.mark.parametrize("seed", range(8))
def test_more_thresholds_never_hurt_and_seven_help_much(seed: int) -> None:
    parts = rows_of(seed)
    errors = [noise(*parts, choose(*parts, profiles)) for profiles in (1, 2, 3, 7)]
    assert errors == sorted(errors, reverse=True)
    assert errors[3] < 0.5 * errors[0]


@pytest.mark.parametrize("profiles", [1, 3, 7])
def test_no_more_thresholds_than_allowed_and_none_above_the_top(profiles: int) -> None:
    scales = choose(*rows_of(0), profiles)
    assert len(set(scales.vth.tolist())) <= profiles
    assert scales.vth.min() >= 1
    assert scales.vth.max() <= 4096
    assert 0 <= scales.exponents["w"] <= 7


def test_equal_rows_get_one_threshold_that_uses_the_whole_range() -> None:
    one = np.ones(6)
    weights = np.tile([0.5, -0.25, 0.125], (6, 1))
    scales = choose(FloatPopulation("n", 1, one, one, one, one), FloatProjection("w", "x", "n", Dense(weights), 1), 7)
    assert len(set(scales.vth.tolist())) == 1
    rounded = weights * scales.vth[0] / 2.0 ** scales.exponents["w"]
    assert 126 < np.abs(rounded).max() <= 255


def test_silent_rows_and_projections_of_zeros_are_no_obstacle() -> None:
    one = np.ones(3)
    population = FloatPopulation("n", 1, one, one, one, one)
    nothing = FloatProjection("w", "x", "n", Dense(np.zeros((3, 2))), 1)
    assert choose(population, nothing, 3).vth.tolist() == [4096] * 3
    assert choose(population, nothing, 3).exponents == {"w": 0}
    some = FloatProjection("v", "x", "n", Sparse(np.array([0.5]), np.array([1]), np.array([0, 0, 1, 1]), 2), 1)
    scales = choose_scales(population, (nothing, some), 3, 4096, LOIHI1, {})
    assert set(scales.exponents) == {"w", "v"}


def test_rates_of_the_sources_decide_which_weights_are_kept_well() -> None:
    one = np.ones(1)
    population = FloatPopulation("n", 1, one, one, one, one)
    projection = FloatProjection("w", "x", "n", Dense(np.array([[20.0, 0.0301, 0.0173]])), 1)
    busy = {"x": np.array([0.0, 1.0, 1.0])}
    plain, calibrated = choose(population, projection, 1), choose(population, projection, 1, busy)
    for pre in (1, 2):
        weight = projection.synapses.weights[0, pre]
        errors = []
        for scales in (plain, calibrated):
            scale = scales.vth[0] / 2.0 ** scales.exponents["w"]
            errors.append(abs(round_weights(weight * scale) / scale - weight))
        assert errors[1] <= errors[0]


def test_many_weights_are_sampled_and_the_choice_is_still_good() -> None:
    parts = rows_of(1, neurons=6000)
    assert parts[1].synapses.weights.size > 2 * (1 << 16)
    assert noise(*parts, choose(*parts, 7)) < 0.5 * noise(*parts, choose(*parts, 1))
