"""The float CUBA-LIF equations, for numpy arrays and torch tensors alike."""

from collections.abc import Callable
from typing import Any

from targets.contracts.semantics import LAVA, Semantics

Values = Any
"""An array of numpy or a tensor of torch; [batch, neuron] for state, [neuron] for parameters."""
MultiplyAdd = Callable[[Values, Values, Values], Values]
"""(a, b, c) -> a + b * c, fused where the library can."""


def multiply_add(a: Values, b: Values, c: Values) -> Values:
    """The sum a + b * c by plain operators."""
    return a + b * c


def integrate(
    u: Values, v: Values, drive: Values, bias: Values, keep_u: Values, keep_v: Values, fused: MultiplyAdd = multiply_add
) -> tuple[Values, Values, Values]:
    """One step up to the threshold: (current u, inflow u + bias, voltage v before the reset).

    ```
    u = (1 - 1/tau_s) u + drive               # keep_u = 1 - 1/tau_s
    v = (1 - 1/tau_m) v + (u + bias)          # keep_v = 1 - 1/tau_m
    ```
    drive  weighted spikes that arrive in this step, already multiplied by the gain
    fused  how a product is added; it decides rounding and speed, not the equations
    """
    u = fused(drive, keep_u, u)
    inflow = u + bias
    return u, inflow, fused(inflow, keep_v, v)


def fires(v: Values, threshold: Values, semantics: Semantics = LAVA) -> Values:
    """Where the voltage is above the threshold, or at least at it, as the semantics says."""
    return v > threshold if semantics.threshold == ">" else v >= threshold


def reset(v: Values, s: Values, threshold: Values, semantics: Semantics = LAVA) -> Values:
    """The voltage after the reset of the neurons with s = 1; u is kept."""
    return v * (1 - s) if semantics.reset == "zero" else v - s * threshold


def spike(
    v: Values, before: Values, fired: Values, threshold: Values, semantics: Semantics = LAVA
) -> tuple[Values, Values, Values]:
    """The end of a step: (voltage that is compared with the threshold, spikes, voltage that is kept).

    ```
    same step    s = v > vth;  v = reset(v, s)                               # reset: 0, or v - vth, where s
    next step    v = reset(v, s of the step before);  s = v > vth
    never        s = v > vth
    guard        r = v kept > vth;  v = v - r vth;  s = v > vth;  v = v - (s - r) vth
    ```
    v       voltage that the step has integrated, from `before`, which the step before has kept
    fired   spikes of the step before
    """
    if semantics.guard == "on":
        earlier = fires(before, threshold, semantics)
        v = v - earlier * threshold
        s = fires(v, threshold, semantics)
        return v, s, v - (s * threshold - earlier * threshold)
    if semantics.reset_time == "next step":
        v = reset(v, fired, threshold, semantics)
    s = fires(v, threshold, semantics)
    return v, s, reset(v, s, threshold, semantics) if semantics.reset_time == "same step" else v
