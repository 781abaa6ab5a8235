"""mixed: the scrambling of SplitMix64, with which compiled loops draw numbers."""

import numpy as np

from targets.contracts.jit import compiled

GAMMA = np.uint64(0x9E3779B97F4A7C15)
"""What the state grows by from draw to draw."""


@compiled(inline="always")
def mixed(state: np.uint64) -> np.uint64:
    """The number, uint64, that a state stands for.

    Source: G. Steele, D. Lea and C. Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
    """
    z = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))
