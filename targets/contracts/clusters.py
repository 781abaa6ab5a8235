"""nearest_and_sums: one step of k-means over very many points, compiled; `profiles` takes it in place of numpy."""

import numpy as np

from targets.contracts.arrays import Array, Floats
from targets.contracts.jit import compiled

_BLOCK = 1 << 9
"""Points that are compared with one centre after the other, several in one instruction."""


@compiled
def nearest_and_sums(points: Floats, centres: Floats) -> tuple[Array, Array, Floats]:
    """(nearest [point], members [centre], sums [centre, 2]): the centre nearest to each point, the lowest of equals.

    Points are [axis, point], centres [centre, axis]. How many points each centre has, and their sum, added up in the
    order of points.
    """
    nearest = np.zeros(points.shape[1], np.int64)
    members, sums = np.zeros(len(centres), np.int64), np.zeros((len(centres), 2))
    least = np.empty(_BLOCK)
    for start in range(0, points.shape[1], _BLOCK):
        x, y, best = (
            points[0, start : start + _BLOCK],
            points[1, start : start + _BLOCK],
            nearest[start : start + _BLOCK],
        )
        least[:] = np.inf
        for k in range(len(centres)):
            cx, cy = centres[k, 0], centres[k, 1]
            for i in range(best.size):
                across, along = x[i] - cx, y[i] - cy
                distance = across * across + along * along
                closer = distance < least[i]
                best[i] = k if closer else best[i]
                least[i] = distance if closer else least[i]
        for i in range(best.size):
            members[best[i]] += 1
            sums[best[i], 0] += x[i]
            sums[best[i], 1] += y[i]
    return nearest, members, sums
