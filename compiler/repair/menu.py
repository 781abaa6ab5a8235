"""clustered: few thresholds per core that come nearest to those wanted."""

from collections.abc import Collection

import numpy as np

from targets.contracts.arrays import Array, Floats, Ints

_ITERATIONS = 50


def clustered(wanted: Floats, fixed: Collection[int], profiles: int, highest: int) -> Ints:
    """Legal thresholds, int32 [neuron], near to those `wanted` (float64 above 0): at most `profiles` different ones.

    Those of `fixed`, which other neurons of the core have, count as well, and may be taken. Near is a small ratio:
    groups are those of k-means of the logarithms, from quantiles on. Raises no error: where `fixed` fill the core,
    every neuron takes the nearest of them.
    """
    taken, free = np.unique(np.array(sorted(fixed), np.int64)), profiles - len(set(fixed))
    exact = np.clip(np.rint(wanted), 1, highest).astype(np.int64)
    others = np.setdiff1d(exact, taken)
    if others.size <= free:
        return exact.astype(np.int32)
    points = np.log(wanted)
    menu = np.log(np.maximum(taken, 1))
    if free > 0:
        menu = np.concatenate([menu, _centres(points, menu, free)])
    legal = np.unique(np.clip(np.rint(np.exp(menu)), 1, highest).astype(np.int64))
    nearest = np.abs(points[:, None] - np.log(legal)).argmin(axis=1)
    return legal[nearest].astype(np.int32)


def _centres(points: Floats, fixed: Floats, free: int) -> Floats:
    """So many centres beside the fixed ones, each the mean of the points that are nearest to it."""
    centres = np.quantile(points, (np.arange(free) + 0.5) / free)
    for _ in range(_ITERATIONS):
        nearest: Array = np.abs(points[:, None] - np.concatenate([fixed, centres])).argmin(axis=1) - fixed.size
        own = nearest >= 0
        members = np.bincount(nearest[own], minlength=free)
        sums = np.bincount(nearest[own], points[own], minlength=free)
        moved = np.where(members > 0, sums / np.maximum(members, 1), centres)
        if np.array_equal(moved, centres):
            break
        centres = moved
    return centres
