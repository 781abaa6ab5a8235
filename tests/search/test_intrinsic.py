"""The rates at which intrinsic plasticity leaves a neuron alone."""

import pytest
import torch

from search.intrinsic import fixed_rates
from search.training.plasticity import resistance_slope
from targets.contracts.errors import InputError


@pytest.mark.parametrize(("tau_m", "low", "high"), [(15, 0.83, 2.30), (20, 0.75, 3.38), (64, 0.656, 12.27)])
def test_resistance_stays_at_two_rates_and_is_drawn_to_the_upper(tau_m: float, low: float, high: float) -> None:
    unstable, stable = fixed_rates(0.2, 0.0, tau_m)
    assert unstable * tau_m == pytest.approx(low, abs=0.01)
    assert stable * tau_m == pytest.approx(high, abs=0.01)
    rates = torch.tensor([0.9 * unstable, 1.1 * unstable, 0.9 * stable, 1.1 * stable], dtype=torch.float64)
    slopes = resistance_slope(rates, torch.tensor([20.0]), torch.tensor([float(tau_m)]), 0.2, 0.0)
    assert slopes.sign().tolist() == [-1.0, 1.0, 1.0, -1.0]


def test_a_product_too_small_has_no_fixed_rate() -> None:
    with pytest.raises(InputError) as raised:
        fixed_rates(0.1, 0.0, 10.0)
    assert str(raised.value) == (
        "plasticity with mean_rate 0.1 and tau_m down to 10 steps lowers R at every rate; their product is 1 and at "
        "least 3 is needed, so raise one of the two."
    )
