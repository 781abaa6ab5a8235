"""The Mackey-Glass series: against a plainer integrator, and how far steps of other length lead it astray."""

from functools import partial
from typing import Any

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from search.data.series import BETA, GAMMA, LYAPUNOV_TIME, PAST, POINTS, POWER, TAU, mackey_glass
from targets.contracts.arrays import Array


def test_the_first_point_is_that_of_the_equation_with_a_constant_past() -> None:
    """Up to t = TAU the delayed x is constant, so that the equation is linear and has a solution in closed form."""
    goal = BETA * PAST / (1 + PAST**POWER) / GAMMA
    assert mackey_glass(1)[0] == pytest.approx(goal + (PAST - goal) * np.exp(-GAMMA * TAU), abs=1e-12)


def test_scipy_with_tight_tolerances_gives_the_same_points() -> None:
    """One delay after the other: x of the last one is a dense solution that the next one looks up."""
    pieces, before, x = [], partial(np.full_like, fill_value=PAST), PAST
    wanted = TAU + LYAPUNOV_TIME / POINTS * np.arange(60)
    for number in range(11):
        ends = number * TAU, (number + 1) * TAU
        found: Any = solve_ivp(
            _slope, ends, [x], method="DOP853", rtol=1e-12, atol=1e-13, dense_output=True, args=(before,)
        )
        here = wanted[(wanted >= ends[0]) & (wanted < ends[1])]
        pieces += [found.sol(here)[0]] if here.size else []
        before, x = found.sol, float(found.y[0, -1])
    solved = np.concatenate(pieces)
    assert solved.size > 50
    np.testing.assert_allclose(mackey_glass(solved.size), solved, rtol=0, atol=1e-8)


def _slope(t: float, now: Array, before: Any) -> Array:
    past = before(np.float64(t - TAU))
    return np.asarray(BETA * past / (1 + past**POWER) - GAMMA * now)


def test_half_the_step_changes_as_little_as_is_told() -> None:
    """docs/neurobench.md: 1e-10 after 5 Lyapunov times, 1e-8 after 10, 1e-4 after 20."""
    apart = np.abs(mackey_glass(20 * POINTS + 1) - mackey_glass(20 * POINTS + 1, 300))
    for times, most in ((5, 1e-10), (10, 1e-8), (20, 1e-4)):
        assert apart[: times * POINTS + 1].max() < most
    assert apart.max() > 0
