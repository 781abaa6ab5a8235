"""Sums of many samples side by side, in 16 bits where they fit."""

import numpy as np
import pytest

from targets.backends.numba.layout import CHUNK, NARROW, is_narrow
from targets.contracts.raster import SpikeRaster
from targets.runtime.backend import run
from tests.targets.backends.numba.loops import assert_same, one_projection


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("most", [NARROW, NARROW + 1, 40_000])
@pytest.mark.parametrize("pre", [CHUNK - 1, CHUNK, 2 * CHUNK + 3])
def test_sums_of_the_largest_weights_do_not_leave_their_bits(most: int, pre: int, sign: int) -> None:
    program = one_projection(np.full((9, pre), sign * most), 0)
    assert is_narrow(program) == (most <= NARROW)
    spikes = SpikeRaster.pack(np.arange(20)[:, None, None] * pre // 19 > np.zeros((20, 5, 1)) + np.arange(pre))
    expected = run(program, spikes)
    assert_same(expected, run(program, spikes, "numba:lanes"))
