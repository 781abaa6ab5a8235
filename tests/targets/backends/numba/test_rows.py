"""Rows of synapses summed for many samples side by side."""

from collections.abc import Callable

import numpy as np
import pytest

from targets.backends.numba.rows import add_row
from targets.contracts.arrays import Array
from targets.contracts.jit import compiled


def summed(lanes: int, part: int, total: int, weight: int, chunk: int) -> Callable[..., Array]:
    add = add_row(lanes, part, total, weight, chunk)

    @compiled
    def call(a: Array, sent: Array, other: Array, weights: Array, floor: int, shift: int) -> Array:
        at, spikes, sources, row = a.ctypes.data, sent.ctypes.data, other.ctypes.data, weights.ctypes.data
        add(at, spikes, sources, row, 1, len(other), sent.shape[1] * sent.itemsize, floor, shift)
        return a

    return call


@pytest.mark.parametrize("synapses", [1, 2, 6, 7, 8, 30])
@pytest.mark.parametrize(("lanes", "part", "total", "weight"), [(64, 16, 32, 16), (16, 16, 32, 16), (16, 64, 64, 32)])
def test_a_row_is_summed_lowered_and_raised(lanes: int, part: int, total: int, weight: int, synapses: int) -> None:
    rng, chunk = np.random.default_rng(synapses), 7
    call = summed(lanes, part, total, weight, chunk)
    types = {16: np.int16, 32: np.int32, 64: np.int64}
    most = 2**15 // chunk if weight == 16 else 2**31
    weights = rng.integers(-most, most, synapses).astype(types[weight])
    other = rng.integers(0, 9, synapses).astype(np.uint32)
    sent = -rng.integers(0, 2, (9, lanes)).astype(types[part])
    for floor, shift in ((0, 6), (3, 6), (0, 20)):
        a = rng.integers(-(2**31), 2**31, lanes).astype(np.int32)
        whole = -(sent[other[1:]].astype(np.int64) * weights[1:, None]).sum(axis=0)
        expected = (a + ((whole >> floor) << shift)).astype(np.int32)
        np.testing.assert_array_equal(call(a, sent, other, weights, floor, shift), expected)
