"""level_spikes: a number as the spikes of all neurons whose level it reaches."""

import numpy as np

from targets.contracts.arrays import Array, Floats


def level_spikes(series: Floats, low: float, high: float, levels: int, repeat: int) -> Array:
    """Spikes bool [sample, time, level] of series [sample, point], `repeat` steps per point.

    Neuron n spikes where a point is at least low + (n + 1 / 2) (high - low) / levels: the number of spikes grows with
    the number, so that neighbouring numbers look alike. In the k-th of its steps all levels lie k / repeat of their
    distance lower: the steps of a point together tell it `repeat` times as finely as one.
    """
    places = (series - low) / (high - low) * levels
    steps = (places[:, :, None] + np.arange(repeat) / repeat).reshape(len(series), -1)
    return steps[:, :, None] >= np.arange(levels) + 0.5
