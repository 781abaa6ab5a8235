"""compressed: the synapses of many projections as rows, one after the other."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from targets.contracts.arrays import Array
from targets.contracts.synapses import Synapses

Bundle = Sequence[tuple[Synapses, int]]
"""Synapses with the same rows, and what is added to the other end of each."""


def compressed(
    bundles: Sequence[Bundle], by: Literal["source", "target"], weights: type[np.integer]
) -> tuple[Array, Array, Array]:
    """(ends, other, weight) of all synapses that are not zero, rows of one bundle after the other.

    Synapses of row i of a bundle are ends[i] .. ends[i + 1] - 1. Types uint64, uint32 and `weights`. Synapses are
    counted, then written, both piece by piece, so that little is held beside the result.
    """
    counts = [np.zeros(bundle[0][0].shape[by == "source"] + 1, np.uint64) for bundle in bundles]
    for bundle, count in zip(bundles, counts, strict=True):
        for synapses, _ in bundle:
            for post, pre, _ in synapses.pieces():
                found = np.bincount(pre if by == "source" else post, minlength=count.size - 1)
                count[1:] += found.astype(np.uint64)
    ends, total = [], 0
    for count in counts:
        ends.append(count.cumsum(dtype=np.uint64) + np.uint64(total))
        total = int(ends[-1][-1])
    other, weight = np.empty(total, np.uint32), np.empty(total, weights)
    if total:
        from targets.backends.numba.fill import fill

        for bundle, own in zip(bundles, ends, strict=True):
            free = own[:-1].copy()
            for synapses, offset in bundle:
                for post, pre, given in synapses.pieces():
                    places = (pre, post) if by == "source" else (post, pre)
                    row, column = (np.ascontiguousarray(each, np.int64) for each in places)  # compiled for one type
                    fill(row, column, offset, np.ascontiguousarray(given), free, other, weight)
    return np.concatenate([*ends, np.empty(0, np.uint64)]), other, weight
