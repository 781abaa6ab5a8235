"""fan_in, fan_out: how many of the weights of a projection every neuron has at its end."""

import numpy as np

from targets.contracts.arrays import Array
from targets.contracts.synapses import PIECE, Banded, Dense, Sparse, Synapses


def fan_in(synapses: Synapses, there: Array) -> Array:
    """Weights of every post neuron among those that are `there`, bool of their shape: int64 [post].

    What a banded projection stores for no source is none.
    """
    if isinstance(synapses, Sparse):
        found, filled = np.zeros(synapses.shape[0], np.int64), np.diff(synapses.indptr) > 0
        if filled.any():
            found[filled] = np.add.reduceat(there, synapses.indptr[:-1][filled], dtype=np.int64)
        return found
    if isinstance(synapses, Banded):
        return np.count_nonzero(_linked(synapses, there), axis=(0, 3)).ravel()
    return np.count_nonzero(there, axis=-1).ravel()


def fan_out(synapses: Synapses, there: Array) -> Array:
    """Those of every pre neuron: int64 [pre]."""
    if isinstance(synapses, Sparse):
        found = np.zeros(synapses.pre, np.int64)
        for start in range(0, there.size, PIECE):
            piece = slice(start, start + PIECE)
            found += np.bincount(synapses.indices[piece][there[piece]], minlength=synapses.pre)
        return found
    if isinstance(synapses, Banded):
        found = np.zeros((synapses.pre_motifs, there.shape[-1]), np.int64)
        linked = synapses.sources >= 0
        np.add.at(found, synapses.sources[linked], np.count_nonzero(there, axis=2)[linked])
        return found.ravel()
    return np.count_nonzero(there, axis=0 if isinstance(synapses, Dense) else 1).ravel()


def _linked(synapses: Banded, there: Array) -> Array:
    linked: Array = there & (synapses.sources >= 0)[:, :, None, None]
    return linked
