"""thinned: packed spikes of which a random share is left out."""

import numpy as np

from targets.contracts.arrays import Array
from targets.contracts.jit import compiled
from targets.contracts.splitmix import GAMMA, mixed


def thinned(packed: Array, share: float, key: int) -> Array:
    """Packed spikes uint8 [sample, time, byte], each left out with probability `share`.

    Whether a spike stays depends on nothing but `key` and the spike's sample, step and neuron: SplitMix64 of the four.
    """
    kept = np.empty_like(packed)
    _thin(np.ascontiguousarray(packed), np.uint64(share * 2.0**64), np.uint64(key), kept)
    return kept


@compiled(nogil=True)
def _thin(packed: Array, below: np.uint64, key: np.uint64, kept: Array) -> None:
    samples, steps, width = packed.shape
    for sample in range(samples):
        for t in range(steps):
            for byte in range(width):
                bits = packed[sample, t, byte]
                if bits:
                    left = np.uint8(0)
                    for place in range(8):
                        if bits & (128 >> place):
                            where = np.uint64((sample << 44) ^ (t << 24) ^ (8 * byte + place))
                            if mixed(key + (where + np.uint64(1)) * GAMMA) >= below:
                                left |= np.uint8(128 >> place)
                    kept[sample, t, byte] = left
                else:
                    kept[sample, t, byte] = 0
