"""BSA, Ben's spiker algorithm: a signal turned into the spikes from which a kernel rebuilds it."""

import numpy as np

from targets.contracts.arrays import Array, Floats
from targets.contracts.jit import compiled

KERNEL_STEPS = 24
THRESHOLD = 0.6


def bsa_kernel() -> Floats:
    """The Gaussian h[j] ~ exp(-(j - 12)^2 / 25), j = 0 .. 23, of sum 1: float64 [step]."""
    kernel = np.exp(-((np.arange(KERNEL_STEPS) - KERNEL_STEPS / 2) ** 2) / 25)
    return np.asarray(kernel / kernel.sum(), np.float64)


def bsa(signal: Floats) -> Array:
    """Spikes bool [step, channel] of a signal float64 [step, channel], every channel by itself.

    The signal x is silent after its end. In every step t, in rising order,
    ```
    spike if  sum_j |x[t + j] - h[j]|  <  sum_j |x[t + j]| - 0.6,   and then  x[t + j] -= h[j] for all j
    ```
    A spike at t thus stands for a bump of the signal around t + 12, and a steady signal x gives about 1.2 x spikes per
    step, as a kernel is taken off before it is all there.

    Source: B. Schrauwen and J. Van Campenhout, "BSA, a fast and accurate spike train encoding scheme", IJCNN 2003;
    kernel and threshold as in W. Zhang and P. Li, "Spike-train level backpropagation for training deep recurrent
    spiking neural networks", NeurIPS 2019, whose code numbers steps from 1 where this one starts from 0.
    """
    return _spikes(np.asarray(signal, np.float64), bsa_kernel(), THRESHOLD)


@compiled
def _spikes(signal: Floats, kernel: Floats, threshold: float) -> Array:
    steps, channels = signal.shape
    left = np.zeros((steps + kernel.size, channels))
    left[:steps] = signal
    spikes = np.zeros((steps, channels), np.bool_)
    with_spike = np.empty(channels)
    without = np.empty(channels)
    for t in range(steps):
        with_spike[:] = 0.0
        without[:] = 0.0
        for j in range(kernel.size):
            for c in range(channels):
                with_spike[c] += abs(left[t + j, c] - kernel[j])
                without[c] += abs(left[t + j, c])
        for c in range(channels):
            if with_spike[c] < without[c] - threshold:
                spikes[t, c] = True
                for j in range(kernel.size):
                    left[t + j, c] -= kernel[j]
    return spikes
