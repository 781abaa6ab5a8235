"""Rounding to the legal integers."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from targets.contracts.chip import Limit, chip_named
from targets.contracts.grid import (
    decay_u,
    decay_v,
    nearest_weights,
    round_bias,
    round_weights,
    split_bias,
    tau_of_du,
    tau_of_dv,
)

LOIHI2 = chip_named("loihi2")
LAVA = LOIHI2.arithmetic


@pytest.mark.parametrize(
    ("tau", "du", "dv"),
    [(1, 4095, 4095), (2, 2047, 2048), (4, 1023, 1024), (10, 409, 410), (4096, 0, 1), (1e9, 0, 0)],
)
def test_decays_of_time_constants(tau: float, du: int, dv: int) -> None:
    assert (decay_u(tau, LAVA).item(), decay_v(tau, LAVA).item()) == (du, dv)
    assert decay_u([tau, tau], LAVA).dtype == decay_v([tau, tau], LAVA).dtype == np.int32


def test_time_constants_of_decays() -> None:
    assert tau_of_du([4095, 1023, 0], LAVA).tolist() == [1, 4, 4096]
    assert tau_of_dv([2048, 1024, 0], LAVA).tolist() == [2, 4, np.inf]


def test_decays_are_fixed_points() -> None:
    every = np.arange(4096)
    assert np.array_equal(decay_u(tau_of_du(every, LAVA), LAVA), every)
    assert np.array_equal(decay_v(tau_of_dv(every, LAVA), LAVA), every)


def test_weights_are_even_and_clipped() -> None:
    given = [-300, -257, -256, -1, 0.9, 1, 1.1, 3, 5, 254, 255, 300]
    assert round_weights(given, LOIHI2).tolist() == [-256, -256, -256, 0, 0, 0, 2, 4, 4, 254, 254, 254]


def test_every_legal_weight_stays() -> None:
    legal = np.arange(-256, 255, 2)
    assert np.array_equal(round_weights(legal, LOIHI2), legal)


def test_weights_stand_on_the_steps_of_the_chip() -> None:
    coarse = replace(LOIHI2, weight_step=Limit(32, "units", "test"), weight_max=Limit(224, "units", "test"))
    given = [-300, -241, -239, -16, 15.9, 16, 48, 49, 223, 254]
    assert round_weights(given, coarse).tolist() == [-256, -256, -224, 0, 0, 0, 64, 64, 224, 224]


@pytest.mark.parametrize("seed", range(3))
def test_tensors_are_rounded_as_arrays_are(seed: int) -> None:
    given = np.random.default_rng(seed).normal(0, 120, 5000)
    given[:600] = np.arange(-300, 300)  # all the ties
    expected = round_weights(given, LOIHI2)
    assert nearest_weights(torch.from_numpy(given), LOIHI2).tolist() == expected.tolist()
    halves = torch.from_numpy(np.rint(given * 2) / 2).float()
    assert nearest_weights(halves, LOIHI2).tolist() == round_weights(halves.numpy(), LOIHI2).tolist()


@pytest.mark.parametrize(
    ("bias", "rounded"),
    [
        (4095, 4095),
        (4096, 4096),
        (4097, 4096),  # 2048.5 * 2, to the even mantissa
        (8190, 8190),
        (8191, 8192),  # 4095.5 * 2 would need the mantissa 4096: one exponent more
        (-8191, -8192),
        (0.4, 0),
        (-0.6, -1),
        (1e9, 4095 << 7),
        (-1e9, -4095 << 7),
    ],
)
def test_bias_is_rounded_to_mantissa_and_exponent(bias: float, rounded: int) -> None:
    assert round_bias(bias, 12, 7).item() == rounded


@pytest.mark.parametrize(
    ("bias", "mantissa", "exponent"),
    [(0, 0, 0), (4095, 4095, 0), (4096, 2048, 1), (-8190, -4095, 1), (4095 << 7, 4095, 7), (1 << 22, 2048, 11)],
)
def test_bias_is_split(bias: int, mantissa: int, exponent: int) -> None:
    assert [part.item() for part in split_bias(bias, 12)] == [mantissa, exponent]


def test_bias_without_exact_mantissa_is_marked() -> None:
    assert split_bias([4097, -4097, (4095 << 7) + 1], 12)[1].tolist() == [-1, -1, -1]


@pytest.mark.parametrize("seed", range(5))
def test_rounded_biases_are_legal_and_near(seed: int) -> None:
    bias = np.random.default_rng(seed).normal(0, 2e5, 2000)
    rounded = round_bias(bias, 12, 7)
    mantissa, exponent = split_bias(rounded, 12)
    assert exponent.min() >= 0
    assert exponent.max() <= 7
    assert np.array_equal(mantissa << exponent, rounded)
    inside = np.abs(bias) < 4095 << 7
    assert (np.abs(rounded - bias)[inside] <= np.maximum(np.abs(bias[inside]) / 4095, 0.5)).all()
    assert np.array_equal(round_bias(rounded, 12, 7), rounded)
