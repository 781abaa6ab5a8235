"""compressed: the synapses of several projections as rows, one after the other."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from targets.contracts.arrays import Array
from targets.contracts.synapses import Synapses


def compressed(
    projections: Sequence[Synapses], by: Literal["source", "target"], offsets: Sequence[int], weights: type[np.integer]
) -> tuple[Array, Array, Array]:
    """(ends, other, weight) of all synapses that are not zero, rows of one projection after the other.

    Synapses of row i of a projection are ends[i] .. ends[i + 1] - 1; its `offset` is added to `other`. Types uint64,
    uint32 and `weights`. Synapses are counted, then written, both piece by piece, so that little is held beside the
    result.
    """
    counts = [np.zeros(each.shape[by == "source"] + 1, np.uint64) for each in projections]
    for synapses, count in zip(projections, counts, strict=True):
        for post, pre, _ in synapses.pieces():
            count[1:] += np.bincount(pre if by == "source" else post, minlength=count.size - 1).astype(np.uint64)
    ends, total = [], 0
    for count in counts:
        ends.append(count.cumsum(dtype=np.uint64) + np.uint64(total))
        total = int(ends[-1][-1])
    other, weight = np.empty(total, np.uint32), np.empty(total, weights)
    if total:
        from targets.backends.numba.fill import fill

        for synapses, own, offset in zip(projections, ends, offsets, strict=True):
            free = own[:-1].copy()
            for post, pre, given in synapses.pieces():
                row, column = (pre, post) if by == "source" else (post, pre)
                fill(
                    row.astype(np.int64, copy=False),
                    column.astype(np.int64, copy=False),
                    offset,
                    given,
                    free,
                    other,
                    weight,
                )
    return np.concatenate([*ends, np.empty(0, np.uint64)]), other, weight
