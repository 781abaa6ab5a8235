"""The step of a neuron at the ends of its registers, against the definition in plain numpy."""

import numpy as np
import pytest

from targets.backends.numba.layout import Cells, cells
from targets.backends.numba.neuron import stepped
from targets.contracts.arithmetic import Arithmetic
from targets.contracts.arrays import Array
from targets.contracts.jit import compiled
from targets.program.program import IntPopulation
from targets.runtime.neuron import step


@compiled
def all_stepped(u: Array, v: Array, a: Array, cells: Cells) -> Array:
    keep_u, keep_v, bias, threshold, limit, _ = cells
    spikes = np.zeros(len(u), np.bool_)
    for i in range(len(u)):
        x, y, spike = stepped(u[i], v[i], a[i], keep_u[i], keep_v[i], bias[i], threshold[i], np.int32(limit))
        u[i] = x
        v[i] = y
        spikes[i] = spike
    return spikes


@pytest.mark.parametrize("arithmetic", [Arithmetic(24, 12, 6), Arithmetic(8, 2, 0), Arithmetic(28, 16, 12)])
def test_registers_wrap_and_clip_as_in_the_definition(arithmetic: Arithmetic) -> None:
    rng, one, limit, count = np.random.default_rng(1), arithmetic.decay_one, arithmetic.state_limit, 20_000
    ends = np.array([0, 1, -1, limit - 1, limit, 1 - limit, -limit, 2**31 - 1, -(2**31)])
    u = rng.choice([*ends, *rng.integers(-limit, limit, 20)], count).astype(np.int32)
    v = np.clip(rng.choice([*ends, *rng.integers(-limit, limit, 20)], count), 1 - limit, limit - 1).astype(np.int32)
    a = rng.choice([*ends, *rng.integers(-limit, limit, 20)], count).astype(np.int32)
    du, dv = (rng.choice([0, 1, one // 2, one - 1], count).astype(np.int32) for _ in range(2))
    vth = rng.choice([0, 1, limit >> arithmetic.align_bits, 2**31 - 1, -5], count).astype(np.int32)
    bias = rng.choice([0, 7, -limit, 2**31 - 1, -(2**31)], count).astype(np.int32)
    population = IntPopulation("p", 1, du, dv, vth, bias)
    expected = step(u, v, a, du=du, dv=dv, vth=vth, bias=bias, arithmetic=arithmetic)
    flat = cells([population], arithmetic)
    raised = (a.astype(np.int64) << arithmetic.align_bits).astype(np.int32)
    found = (u.copy(), v.copy())
    spikes = all_stepped(*found, raised, flat)
    for one_side, other in zip(expected, (*found, spikes), strict=True):
        np.testing.assert_array_equal(one_side, other)
