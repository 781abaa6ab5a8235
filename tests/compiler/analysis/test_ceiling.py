"""ceiling: the highest scale, by what holds it down."""

from dataclasses import replace

import numpy as np
import pytest

from compiler.analysis.ceiling import MARGIN, ROOM, ceiling, even
from compiler.ir.graph import FloatPopulation, FloatProjection
from targets.contracts.chip import chip_named
from targets.contracts.grid import decay_u
from targets.contracts.synapses import Dense

LOIHI2 = chip_named("loihi2")
REGISTER = 131_072
"""Thresholds of 1 that u holds: 2^23 / 2^6."""


def population(neurons: int, tau_s: float = 4, bias: float = 0) -> FloatPopulation:
    one = np.ones(neurons)
    return FloatPopulation("n", 1, tau_s * one, 10 * one, one, bias * one)


def into(weights: list[list[float]]) -> FloatProjection:
    return FloatProjection("w", "x", "n", Dense(np.array(weights)), 1)


def found(weights: list[list[float]], peak: float | None, tau_s: float = 4, bias: float = 0) -> tuple[int, int, str]:
    own = population(len(weights), tau_s, bias)
    made = ceiling(own, [into(weights)], decay_u(own.tau_s, LOIHI2.arithmetic), LOIHI2, peak)
    return made.highest, made.proved, made.held


def test_without_data_u_is_proved() -> None:
    # All four positive weights in every step bring u to 4 * 4; half a unit each may be rounded up.
    highest, proved, held = found([[1, 1, 1, 1], [-3, 0.1, 0, 0]], None)
    assert proved == pytest.approx(REGISTER / 16, rel=1e-3)
    assert proved < REGISTER / 16
    assert (highest, held) == (even(proved), "u, which may not wrap whatever comes in; --calibrate may raise it")


def test_without_data_v_has_room_below_zero() -> None:
    highest, proved, held = found([[0.01]], None)
    assert proved > highest == REGISTER // ROOM
    assert held == "v, which saturates below 0"


def test_with_data_u_may_rise_to_twice_its_peak() -> None:
    assert found([[1, 1, 1, 1]], 3.0)[::2] == (even(REGISTER / (MARGIN * 3)), "u, on the calibration data")


def test_what_is_proved_needs_no_data() -> None:
    highest, proved, _ = found([[1, 1, 1, 1]], 100.0)
    assert highest == even(proved)


def test_the_largest_weight_the_largest_bias_and_the_register_of_thresholds_hold() -> None:
    assert found([[10]], 0.1)[::2] == (even(32_639 / 10), "the largest weight, which two parts just hold")
    assert found([[-0.1]], 0.1, bias=-2)[::2] == (even((4095 << 7 >> 6) / 2), "the largest bias")
    assert found([[0.1]], 0.1)[::2] == (even(131_071), "the register of thresholds")
    assert found([[0.0]], 0.0)[::2] == (even(131_071), "the register of thresholds")


def test_a_population_that_hears_nobody_has_a_ceiling() -> None:
    own = population(2, bias=2)
    made = ceiling(own, [], decay_u(own.tau_s, LOIHI2.arithmetic), LOIHI2, None)
    assert made.highest == even((4095 << 7 >> 6) / 2)


def test_scales_have_few_bits() -> None:
    assert [even(scale) for scale in (0.5, 1.9, 63.9, 64, 65, 127, 4097, 8191)] == [0, 1, 63, 64, 64, 126, 4096, 8064]


def test_thresholds_of_neurons_count() -> None:
    own = replace(population(1), threshold=np.array([2.0]))
    made = ceiling(own, [into([[10]])], decay_u(own.tau_s, LOIHI2.arithmetic), LOIHI2, 0.1)
    assert made.highest == even(32_639 / 5)
