"""thinned: packed spikes of which a random share is left out."""

from dataclasses import dataclass

import numpy as np

from targets.contracts.arrays import Array
from targets.contracts.jit import compiled
from targets.contracts.splitmix import GAMMA, mixed


@dataclass(frozen=True)
class Thinning:
    """Which spikes are left out: each with probability `share`.

    Whether a spike stays depends on nothing but `key` and the spike's sample, step and neuron: SplitMix64 of the four.
    """

    share: float
    key: int

    @property
    def numbers(self) -> tuple[np.uint64, np.uint64]:
        """The mixed number below which a spike is left out, and the key, as `stays` takes them."""
        return np.uint64(self.share * 2.0**64), np.uint64(self.key)


def thinned(packed: Array, thinning: Thinning) -> Array:
    """Packed spikes uint8 [sample, time, byte] without those that are left out."""
    kept = np.empty_like(packed)
    _thin(np.ascontiguousarray(packed), *thinning.numbers, kept)
    return kept


@compiled(nogil=True)
def stays(sample: int, t: int, neuron: int, below: np.uint64, key: np.uint64) -> bool:
    """Whether a spike is not left out."""
    where = np.uint64((sample << 44) ^ (t << 24) ^ neuron)
    return bool(mixed(key + (where + np.uint64(1)) * GAMMA) >= below)


@compiled(nogil=True)
def _thin(packed: Array, below: np.uint64, key: np.uint64, kept: Array) -> None:
    samples, steps, width = packed.shape
    for sample in range(samples):
        for t in range(steps):
            for byte in range(width):
                bits = packed[sample, t, byte]
                left = np.uint8(0)
                if bits:
                    for place in range(8):
                        if bits & (128 >> place) and stays(sample, t, 8 * byte + place, below, key):
                            left |= np.uint8(128 >> place)
                kept[sample, t, byte] = left
