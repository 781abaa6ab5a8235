"""mackey_glass: a chaotic series, integrated here."""

import numpy as np

from targets.contracts.arrays import Floats
from targets.contracts.jit import compiled

TAU, BETA, GAMMA, POWER = 17, 0.2, 0.1, 10
"""Of the equation; the constants of NeuroBench 2.3.0, neurobench/datasets/mackey_glass.py."""
PAST = 0.7206597
"""x at all times up to 0, as there."""
LYAPUNOV_TIME, POINTS = 197, 75
"""Units of time in which neighbours part by a factor e, and points in each of them, as there."""
FINE = 150
"""Steps of the integrator per unit of time; a whole number of them lies between two points and in TAU."""


def mackey_glass(points: int, fine: int = FINE) -> Floats:
    """The first `points` points of x from t = TAU on, LYAPUNOV_TIME / POINTS apart, float64 [point].

    ```
    dx/dt = BETA x(t - TAU) / (1 + x(t - TAU)^POWER) - GAMMA x(t),    x(t <= 0) = PAST
    ```
    Source: M. C. Mackey and L. Glass, Science 197:287 (1977). Runge-Kutta of fourth order with `fine` steps per unit,
    a multiple of POINTS; x(t - TAU) between two steps is that of the cubic through values and slopes at both. Steps
    fall on t = 0, TAU, 2 TAU, ..., where the solution has kinks. jitcdde, which the benchmark uses, begins at TAU too.

    Neighbouring solutions part by e in each Lyapunov time, those of two integrators too; what the error of this one is
    after 1, 5, 10 and 20 of them is told in docs/neurobench.md, and looked after by a test.
    """
    apart = LYAPUNOV_TIME * (fine // POINTS)
    return np.ascontiguousarray(_integrated(TAU * fine + apart * (points - 1), fine)[TAU * fine :: apart])


@compiled
def _integrated(steps: int, fine: int) -> Floats:
    """Series at t = 0, 1 / fine, ..., steps / fine: float64 [1 + steps]."""
    h, late = 1.0 / fine, TAU * fine
    x, slope = np.empty(steps + 1), np.empty(steps + 1)
    x[0] = PAST
    slope[0] = _slope(PAST, PAST)
    for n in range(steps):
        before, after = n - late, n + 1 - late
        first = x[before] if before >= 0 else PAST
        last = x[after] if after >= 0 else PAST
        middle = PAST
        if before >= 0:
            # The slope at t = 0 is 0 from the left, but no step lies on both sides of it.
            middle = (first + last) / 2 + h / 8 * (slope[before] - slope[after])
        k1 = _slope(x[n], first)
        k2 = _slope(x[n] + h / 2 * k1, middle)
        k3 = _slope(x[n] + h / 2 * k2, middle)
        k4 = _slope(x[n] + h * k3, last)
        x[n + 1] = x[n] + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        slope[n + 1] = _slope(x[n + 1], last)
    return x


@compiled
def _slope(x: float, past: float) -> float:
    """The right side; the power is multiplied out, so that no library of the machine decides on its last digit."""
    square = past * past
    fourth = square * square
    return BETA * past / (1.0 + fourth * fourth * square) - GAMMA * x
