"""The constants of intrinsic plasticity, and the rates at which it leaves a neuron alone; needs no torch."""

from dataclasses import dataclass

import numpy as np

from targets.contracts.errors import InputError


@dataclass(frozen=True)
class IntrinsicRule:
    """Constants of the rule, for a threshold of 1 and time constants in steps.

    mean_rate    mu, the mean of the desired exponential rate density, spikes per step
    refractory   t_r of the rate formula, steps, below 1; the neuron itself has none
    rate_r       eta_1, step size of R
    rate_tau     eta_2, step size of tau_m
    silent       a neuron with rate * tau_m below this is pulled up whatever the gradient says
    largest      largest change of R or tau_m in one update
    """

    mean_rate: float
    refractory: float
    rate_r: float
    rate_tau: float
    silent: float
    largest: float


def fixed_rates(mean_rate: float, refractory: float, tau_m: float) -> tuple[float, float]:
    """The two rates (unstable, stable) at which R stays, spikes per step: where the rule's slope changes its sign.

    Source: the slope of `search.training.plasticity.resistance_slope`. InputError when there are none: then R falls at
    every rate, which for t_r = 0 is so below mu * tau_m = 2.3.
    """
    rates = np.linspace(0, 1, 100_001)[1:-1]
    with np.errstate(over="ignore"):  # of rates near 0, whose w is 0 then
        w = 1 / np.expm1((1 / rates - refractory) / tau_m)
    rising = rates[2 * rates * tau_m - w - 1 - tau_m * rates**2 / mean_rate > 0]
    if not rising.size:
        raise InputError(
            f"plasticity with mean_rate {mean_rate:g} and tau_m down to {tau_m:g} steps lowers R at every rate; "
            f"their product is {mean_rate * tau_m:.2g} and at least 3 is needed, so raise one of the two."
        )
    return float(rising[0]), float(rising[-1])
