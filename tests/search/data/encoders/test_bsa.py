import math

import numpy as np
import pytest

from search.data.encoders.bsa import bsa, bsa_kernel
from targets.contracts.arrays import Floats
from tests.seeds import seeds


def _slow(signal: list[float]) -> list[bool]:
    """The published algorithm for one channel, word for word."""
    kernel = [math.exp(-((i - 12) ** 2) / 25) for i in range(24)]
    total = sum(kernel)
    kernel = [value / total for value in kernel]
    left = signal + [0.0] * 24
    spikes = []
    for i in range(len(signal)):
        with_spike = sum(abs(left[i + j] - kernel[j]) for j in range(24))
        without = sum(abs(left[i + j]) for j in range(24))
        spikes.append(with_spike < without - 0.6)
        if spikes[-1]:
            for j in range(24):
                left[i + j] -= kernel[j]
    return spikes


def _signal(seed: int, steps: int, channels: int) -> Floats:
    generator = np.random.default_rng(seed)
    smooth = np.cumsum(generator.normal(0, 0.1, (steps, channels)), axis=0)
    return np.asarray(np.abs(smooth) * generator.random(channels))


@pytest.mark.parametrize("seed", seeds(6, 2))
@pytest.mark.parametrize("steps", [1, 20, 150])
def test_as_the_published_algorithm(seed: int, steps: int) -> None:
    signal = _signal(seed, steps, 9)
    expected = np.array([_slow(column.tolist()) for column in signal.T]).T
    assert np.array_equal(bsa(signal), expected)


def test_the_random_signals_spike() -> None:
    assert 0.03 < bsa(_signal(0, 150, 9)).mean() < 0.6


def test_the_kernel() -> None:
    kernel = bsa_kernel()
    assert kernel.shape == (24,)
    assert kernel.sum() == pytest.approx(1)
    assert kernel.argmax() == 12
    assert kernel[7] / kernel[12] == pytest.approx(math.exp(-1))  # five steps from the middle


def test_a_single_kernel_is_a_single_spike() -> None:
    signal = np.zeros((60, 1))
    signal[10:34, 0] = bsa_kernel()
    assert np.flatnonzero(bsa(signal)).tolist() == [9]  # one step early 0.6 of it is explained already


@pytest.mark.parametrize(("share", "spikes"), [(0.79, False), (0.81, True)])
def test_the_threshold(share: float, spikes: bool) -> None:
    # For x = share * h the two sums are (1 - share) and share: a spike needs 1 - share < share - 0.6.
    signal = (share * bsa_kernel())[:, None]
    assert bsa(signal)[0, 0] == spikes


@pytest.mark.parametrize(("level", "rate"), [(0.1, 0.125), (0.3, 0.351), (0.7, 0.834)])
def test_a_steady_signal_gives_somewhat_more_than_its_value_in_spikes_per_step(level: float, rate: float) -> None:
    spikes = bsa(np.full((2000, 1), level))[:1960]
    assert spikes.mean() == pytest.approx(rate, abs=0.002)
    assert level < rate < 1.3 * level


def test_channels_do_not_see_each_other() -> None:
    signal = _signal(3, 100, 5)
    together = bsa(signal)
    assert all(np.array_equal(bsa(signal[:, [c]])[:, 0], together[:, c]) for c in range(5))


def test_the_signal_is_left_as_it_was() -> None:
    signal = _signal(4, 50, 2)
    before = signal.copy()
    bsa(signal)
    assert np.array_equal(signal, before)
