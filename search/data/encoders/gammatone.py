"""A bank of gammatone filters: how strongly each place of a cochlea is moved, frame by frame."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from targets.contracts.arrays import Floats, readonly
from targets.contracts.jit import compiled

_ERB_SLOPE, _ERB_SCALE = 0.00437, 21.4
"""Glasberg and Moore 1990: E(f) = 21.4 log10(1 + 0.00437 f), f in Hz."""
_ERB_LOWEST, _ERB_FACTOR = 24.7, 1 / 9.26449
"""The same authors' bandwidth: 24.7 + f / 9.26449, in Hz."""
_WIDER = 1.019
"""The decay of a gammatone filter per bandwidth."""


@dataclass(frozen=True, eq=False)
class GammatoneBank:
    """Fourth-order gammatone filters, each a cascade of four sections of second order.

    A section is y[n] = x[n] + zero x[n - 1] - poles[0] y[n - 1] - poles[1] y[n - 2], the poles common to all four of
    a channel. One recursion of eighth order is the same filter on paper and loses ten digits in the lowest channels.

    centres  centre frequencies in Hz, rising, float64 [channel]
    gain     of the input, so that a tone at the centre passes with amplitude 1, float64 [channel]
    zeros    float64 [section, channel]
    poles    float64 [2, channel]

    Source: M. Slaney, "An efficient implementation of the Patterson-Holdsworth auditory filter bank", Apple technical
    report 35, 1993.
    """

    centres: Floats
    gain: Floats
    zeros: Floats
    poles: Floats

    def __post_init__(self) -> None:
        for name, axes in (("centres", 1), ("gain", 1), ("zeros", 2), ("poles", 2)):
            object.__setattr__(self, name, readonly(getattr(self, name), np.float64, f"filter {name}", axes))


@lru_cache
def gammatone_bank(rate: int, channels: int, lowest: float, highest: float) -> GammatoneBank:
    """Filters for sound of `rate` samples per second, evenly spaced on the ERB scale from `lowest` to `highest` Hz."""
    centres = _frequencies(np.linspace(_erbs(lowest), _erbs(highest), channels))
    angle = 2 * np.pi * centres / rate
    radius = np.exp(-2 * np.pi * _WIDER * (_ERB_LOWEST + _ERB_FACTOR * centres) / rate)
    offsets = [sign * np.sqrt(3 + other * 2**1.5) for sign in (1, -1) for other in (1, -1)]
    zeros = np.stack([-radius * (np.cos(angle) + offset * np.sin(angle)) for offset in offsets])
    poles = np.stack([-2 * radius * np.cos(angle), radius**2])
    turned = np.exp(-1j * angle)
    passed = np.prod((1 + zeros * turned) / (1 + poles[0] * turned + poles[1] * turned**2), axis=0)
    return GammatoneBank(centres, 1 / np.abs(passed), zeros, poles)


def cochleagram(sound: Floats, bank: GammatoneBank, frame: int) -> Floats:
    """Half-wave rectified outputs of the filters, averaged over frames of `frame` samples: float64 [frame, channel].

    Of `sound`, float64 [sample], the last frame is filled up with silence.
    """
    return _filtered(np.asarray(sound, np.float64), bank.gain, bank.zeros, bank.poles, frame)


def sharpened(loudness: Floats, centre: float, surround: float, inhibition: float) -> Floats:
    """Lateral inhibition of `loudness` [frame, channel]: near channels less a part of far ones, at least 0.

    `centre` and `surround` are standard deviations in channels of the two Gaussians.
    """
    from scipy.ndimage import gaussian_filter1d

    near, far = (gaussian_filter1d(loudness, sigma, axis=1) for sigma in (centre, surround))
    return np.asarray(np.maximum(near - inhibition * far, 0))


def _erbs(frequency: float) -> float:
    return float(_ERB_SCALE * np.log10(1 + _ERB_SLOPE * frequency))


def _frequencies(erbs: Floats) -> Floats:
    return np.asarray((10 ** (erbs / _ERB_SCALE) - 1) / _ERB_SLOPE, np.float64)


@compiled
def _filtered(sound: Floats, gain: Floats, zeros: Floats, poles: Floats, frame: int) -> Floats:
    """Transposed direct form II; the channels are the inner loop, which makes it one of vectors."""
    channels = gain.size
    means = np.zeros((-(-sound.size // frame), channels))
    first, second = np.zeros((4, channels)), np.zeros((4, channels))
    for i in range(sound.size):
        row = i // frame
        for c in range(channels):
            x = gain[c] * sound[i]
            for k in range(4):
                y = x + first[k, c]
                first[k, c] = zeros[k, c] * x - poles[0, c] * y + second[k, c]
                second[k, c] = -poles[1, c] * y
                x = y
            means[row, c] += max(x, 0.0) / frame
    return means
