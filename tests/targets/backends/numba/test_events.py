"""One sample, event by event."""

import numpy as np
import pytest

from targets.contracts.raster import SpikeRaster
from targets.runtime.backend import run
from tests.targets.backends.numba.loops import assert_same, one_projection


@pytest.mark.parametrize("exponent", [-1, -7, 3])
def test_a_negative_exponent_lowers_the_whole_sum(exponent: int) -> None:
    program = one_projection(np.arange(-300, 300).reshape(20, 30) // 3, exponent)
    spikes = SpikeRaster.pack(np.random.default_rng(0).random((20, 5, 30)) < 0.5)
    expected = run(program, spikes)
    assert_same(expected, run(program, spikes, "numba:lanes"))
    assert_same(expected, run(program, spikes, "numba:events"))


@pytest.mark.parametrize("neurons", [1, 7, 8, 9, 17])
def test_every_input_neuron_is_heard_and_every_neuron_told(neurons: int) -> None:
    program = one_projection(np.eye(neurons, dtype=np.int32) * 255, 7)
    spikes = SpikeRaster.pack(np.eye(neurons, dtype=np.uint8)[None].repeat(2, axis=0))
    told = run(program, spikes, "numba:events").spikes["p"].dense()
    np.testing.assert_array_equal(told[:, 1:], spikes.dense()[:, :-1] & (program.populations[0].vth < 255 << 7))
