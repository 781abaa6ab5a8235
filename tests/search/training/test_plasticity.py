import cmath
import math

import numpy as np
import pytest
import torch

from search.intrinsic import IntrinsicRule
from search.training.plasticity import adapted, rate_divergence, resistance_slope, tau_slope

RULE = IntrinsicRule(mean_rate=0.2, refractory=0.0, rate_r=0.5, rate_tau=0.5, silent=1.0, largest=1.0)
WIDE = (1e-3, 1e3)


def one(value: float) -> torch.Tensor:
    return torch.tensor([value], dtype=torch.float64)


def rate_of(x: complex, resistance: float, tau_m: float, refractory: float) -> complex:
    """Rate of a neuron with constant input x, V_th = 1."""
    return 1 / (refractory + tau_m * cmath.log(resistance * x / (resistance * x - 1)))


def loss_of(x: float, resistance: float, tau_m: float, mean_rate: float, refractory: float) -> float:
    """-ln(dy/dx) + y / mu by the rate formula alone: dy/dx is taken by a complex step, exact up to rounding."""
    tiny = 1e-20
    y = rate_of(x + tiny * 1j, resistance, tau_m, refractory)
    return -math.log(y.imag / tiny) + y.real / mean_rate


@pytest.mark.parametrize("refractory", [0.0, 0.5, 2.0])
@pytest.mark.parametrize("seed", range(10))
def test_both_slopes_descend_the_loss(seed: int, refractory: float) -> None:
    generator = np.random.default_rng(seed)
    tau_m, mean_rate, resistance = generator.uniform(5, 60), generator.uniform(0.05, 0.4), generator.uniform(0.5, 30)
    x = generator.uniform(1.05, 4) / resistance
    y = one(rate_of(x, resistance, tau_m, refractory).real)
    h = 1e-5
    by_r = [loss_of(x, resistance * (1 + sign * h), tau_m, mean_rate, refractory) for sign in (1, -1)]
    by_tau = [loss_of(x, resistance, tau_m * (1 + sign * h), mean_rate, refractory) for sign in (1, -1)]
    assert float(resistance_slope(y, one(resistance), one(tau_m), mean_rate, refractory)) == pytest.approx(
        -(by_r[0] - by_r[1]) / (2 * h * resistance), rel=1e-5
    )
    assert float(tau_slope(y, one(tau_m), mean_rate, refractory)) == pytest.approx(
        -(by_tau[0] - by_tau[1]) / (2 * h * tau_m), rel=1e-5
    )


def test_the_published_constants_give_the_published_steps() -> None:
    # V_th = 20, R = tau = 64, t_r = 2, mu = 0.2, x = 1.3 gives -dL/dR = 0.0076075; in units of V_th R is 3.2.
    y = one(rate_of(1.3, 3.2, 64, 2).real)
    assert float(resistance_slope(y, one(3.2), one(64), 0.2, 2)) / 20 == pytest.approx(0.0076075, abs=1e-7)
    assert float(tau_slope(y, one(64), 0.2, 2)) == pytest.approx(-0.0088558, abs=1e-7)


def test_silent_neurons_are_pulled_up() -> None:
    resistance, tau_m = adapted(torch.zeros(3, 2), torch.full((2,), 20.0), torch.full((2,), 20.0), RULE, WIDE, WIDE)
    assert resistance.tolist() == pytest.approx([20.05, 20.05])
    assert tau_m.tolist() == pytest.approx([19.95, 19.95])


def test_active_neurons_move_to_the_stable_rate_and_mu() -> None:
    rates = torch.tensor([[0.12, 0.3]])  # between the roots, and above the stable one (0.169) and mu (0.2)
    resistance, tau_m = adapted(rates, torch.full((2,), 20.0), torch.full((2,), 20.0), RULE, WIDE, WIDE)
    assert resistance[0] > 20 > resistance[1]
    assert tau_m[0] < 20 < tau_m[1]


def test_samples_count_alike() -> None:
    start = torch.full((1,), 20.0)
    rates = torch.tensor([[0.12], [0.3], [0.0]])
    moved = adapted(rates, start, start, RULE, WIDE, WIDE)
    alone = [adapted(rate[None], start, start, RULE, WIDE, WIDE) for rate in rates]
    for number in range(2):
        changes = [float(each[number]) - 20 for each in alone]
        assert float(moved[number]) - 20 == pytest.approx(sum(changes) / 3, abs=1e-5)


def test_changes_and_results_are_bounded() -> None:
    fast = IntrinsicRule(0.2, 0.0, rate_r=1e6, rate_tau=1e6, silent=1.0, largest=0.5)
    rates, start = torch.tensor([[0.12, 0.3, 0.0]]), torch.full((3,), 20.0)
    resistance, tau_m = adapted(rates, start, start, fast, WIDE, WIDE)
    assert resistance.tolist() == [20.5, 19.5, 20.5]
    assert tau_m.tolist() == [19.5, 20.5, 19.5]
    resistance, tau_m = adapted(rates, start, start, fast, (19.8, 20.2), (19.9, 20.1))
    assert resistance.tolist() == pytest.approx([20.2, 19.8, 20.2])
    assert tau_m.tolist() == pytest.approx([19.9, 20.1, 19.9])


def test_the_divergence_is_zero_on_target_and_largest_where_all_rates_fall_into_one_bin() -> None:
    quantiles = (torch.arange(800, dtype=torch.float64) + 0.5) / 800
    rates = torch.stack([-0.2 * torch.log1p(-quantiles), torch.zeros(800), -0.1 * torch.log1p(-quantiles)], 1)
    divergence = rate_divergence(rates, 0.2)
    assert divergence[:2].tolist() == pytest.approx([0.0, np.log(8)], abs=1e-12)
    # At half the mean, P(bin k) = (1 - k/8)^2 - (1 - (k+1)/8)^2 = (15 - 2k) / 64.
    shares = (15 - 2 * np.arange(8)) / 64
    assert float(divergence[2]) == pytest.approx((shares * np.log(8 * shares)).sum(), abs=1e-3)
