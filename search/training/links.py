"""Stored weights as a dense matrix [post, pre]."""

import numpy as np
from torch import Tensor

from targets.contracts.arrays import Array
from targets.contracts.synapses import Banded, BlockDiagonal, Dense, Synapses


def flat_indices(synapses: Synapses) -> Array:
    """Index of each stored weight in the flattened matrix [post, pre]: int64 in the shape of the weights.

    Blocks without a source get one index past the end of the matrix.
    """
    posts, pres = synapses.shape
    pre: Array
    if isinstance(synapses, Dense):
        pre = np.arange(pres)
    elif isinstance(synapses, BlockDiagonal):
        motifs, _, size = synapses.weights.shape
        pre = np.arange(motifs * size).reshape(motifs, 1, size)
    elif isinstance(synapses, Banded):
        size = synapses.weights.shape[3]
        sources = synapses.sources[:, :, None, None].astype(np.int64)
        pre = np.where(sources >= 0, sources * size + np.arange(size), -1)
    else:
        pre = synapses.indices
    flat = np.where(pre >= 0, synapses.row_of().astype(np.int64) * pres + pre, posts * pres)
    return np.broadcast_to(flat, synapses.weights.shape).copy()


def dense_matrix(weights: Tensor, indices: Tensor, shape: tuple[int, int]) -> Tensor:
    """The matrix [post, pre] of weights stored at `indices` (see `flat_indices`); links with the same ends add up."""
    posts, pres = shape
    flat = weights.new_zeros(posts * pres + 1).index_add(0, indices.flatten(), weights.flatten())
    return flat[:-1].view(posts, pres)
