"""raster: every spike once."""

import numpy as np

from motifc.plot import raster
from targets.contracts.raster import SpikeRaster


def test_every_spike_of_the_sample_is_a_tick_and_padding_is_shaded() -> None:
    dense = np.zeros((2, 5, 3), np.uint8)
    dense[1, 2, 0] = dense[1, 3, 2] = dense[0, 0, 0] = 1
    axes = raster(SpikeRaster.pack(dense, lengths=[5, 4]), 1)
    (line,) = axes.lines
    x, y = (np.asarray(values, float).reshape(-1, 3) for values in line.get_data())
    assert x[:, 0].tolist() == [2, 3]
    assert y[:, :2].mean(1).tolist() == [0, 2]
    assert len(axes.patches) == 1
    assert axes.get_xlabel() == "step"
