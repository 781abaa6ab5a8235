"""set_point: every neuron returns to its own former rate; the rule that repairs without labels.

```
repeat `PASSES` times:  r = rates of the damaged machine under R;  R <- clip(R step(r, r*), 0.1, 10) R_0
step(r, r*) = clip((r* + 0.002) / (r + 0.002), 0.3, 3)^0.3
```
r* is the mean rate of a neuron before the damage, spikes per step; R_0 its resistance when the repair begins. What the
constants are worth, beside SpiKL-IP and an epoch with labels: docs/results/repair.md.
"""

from collections.abc import Callable, Mapping

import numpy as np

from targets.contracts.arrays import Floats

PASSES = 20
FLOOR = 0.002
"""Spikes per step that are added to both rates, so that a silent neuron has a finite one."""
CHANGE = (0.3, 3.0)
"""A ratio of rates counts up to these."""
PACE = 0.3
"""The power of the ratio that R follows in one pass."""
BOUNDS = (0.1, 10.0)
"""Of R, relative to where it begins."""

Rates = Mapping[str, Floats]
"""Population -> float64 [neuron]."""


def set_point_step(rates: Floats, own: Floats) -> Floats:
    """What R is multiplied by after a pass with `rates`, where `own` are those before the damage; float64 [neuron]."""
    ratio = (np.asarray(own, np.float64) + FLOOR) / (np.asarray(rates, np.float64) + FLOOR)
    return np.asarray(np.clip(ratio, *CHANGE) ** PACE)


def set_point(rates_under: Callable[[Rates], Rates], own: Rates, passes: int = PASSES) -> dict[str, Floats]:
    """Factors of R, population -> float64 [neuron], under which the rates come near to their own.

    `rates_under` runs the damaged machine under such factors and tells its rates. A neuron that is still silent at the
    end keeps the R it had: it may be dead, and no R would wake it.
    """
    factors = {name: np.ones(len(rates)) for name, rates in own.items()}
    for _ in range(passes):
        rates = rates_under(factors)
        factors = {
            name: np.clip(factor * set_point_step(rates[name], own[name]), *BOUNDS) for name, factor in factors.items()
        }
    rates = rates_under(factors)
    return {name: np.where(rates[name] > 0, factor, 1.0) for name, factor in factors.items()}
