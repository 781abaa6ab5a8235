"""The float equations, by hand, in numpy and in torch."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from targets.contracts.dynamics import fires, integrate, multiply_add, reset
from targets.contracts.semantics import Semantics

LIBRARIES = [np.array, torch.tensor]


@pytest.mark.parametrize("make", LIBRARIES)
def test_one_step_by_hand(make: Callable[..., Any]) -> None:
    u, v, drive = make([[0.5, -2.0]]), make([[1.0, 0.5]]), make([[0.25, 0.0]])
    u, inflow, v = integrate(u, v, drive, make([0.0, 0.125]), make([0.5, 0.75]), make([0.5, 0.25]))
    assert u.tolist() == [[0.5, -1.5]]
    assert inflow.tolist() == [[0.5, -1.375]]
    assert v.tolist() == [[1.0, -1.25]]


def test_a_fused_product_gives_the_same_step() -> None:
    generator = torch.Generator().manual_seed(0)
    u, v, drive, bias, keep_u, keep_v = torch.rand(6, 3, 4, dtype=torch.float64, generator=generator)
    for fused in (multiply_add, torch.addcmul):
        step = integrate(u, v, drive, bias, keep_u, keep_v, fused)
        expected = keep_v * v + (keep_u * u + drive + bias)
        torch.testing.assert_close(step[2], expected, rtol=0, atol=1e-15)


@pytest.mark.parametrize("make", LIBRARIES)
def test_threshold_and_reset_follow_the_semantics(make: Callable[..., Any]) -> None:
    v, threshold = make([0.5, 1.0, 3.0]), make([1.0, 1.0, 1.0])
    assert fires(v, threshold).tolist() == [False, False, True]
    assert fires(v, threshold, Semantics(threshold=">=")).tolist() == [False, True, True]
    s = make([0.0, 0.0, 1.0])
    assert reset(v, s, threshold).tolist() == [0.5, 1.0, 0.0]
    assert reset(v, s, threshold, Semantics(reset="subtract")).tolist() == [0.5, 1.0, 2.0]
