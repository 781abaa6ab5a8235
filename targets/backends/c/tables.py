"""tables: synapses of a projection as the C code walks them, from each neuron that spikes to those it reaches."""

from dataclasses import dataclass

import numpy as np

from targets.contracts.arrays import Array
from targets.contracts.synapses import Banded, BlockDiagonal, Dense, Synapses
from targets.program.program import IntProjection

_WIDE = 1 << 31


@dataclass(frozen=True, eq=False)
class _Table:
    """Weights sorted by their source, where those of each source begin, and where each goes."""

    weights: Array
    first: Array
    to: Array

    @property
    def bytes(self) -> int:
        """Bytes of the tables."""
        return self.weights.nbytes + self.first.nbytes + self.to.nbytes


class Blocks(_Table):
    """Dense blocks between motifs: weights [block, pre, post], sorted by their source.

    first  [source motif + 1]: the blocks of each;  to  [block]: the first target neuron
    """


class Columns(_Table):
    """Synapses one by one: weights [synapse], sorted by source neuron.

    first  [source neuron + 1]: the synapses of each;  to  [synapse]: the target neuron
    """


@dataclass(frozen=True, eq=False)
class Afferent:
    """A projection: sums of `table` are multiplied by 2^shift, rounded down where it is below 0.

    `wide` says whether such a sum may leave int32 where that matters, which is where it is shifted down.
    """

    projection: IntProjection
    table: Blocks | Columns
    shift: int
    wide: bool


def afferent(projection: IntProjection) -> Afferent | None:
    """The tables of a projection, the smaller of the two forms; None where it adds nothing to any sum.

    Weights are stored without the bits that are 0 in all of them, in the narrowest type that holds the rest.
    """
    synapses = projection.synapses
    weights = synapses.weights
    common = int(np.bitwise_or.reduce(weights, axis=None)) if weights.size else 0
    if not common:
        return None
    spare = (common & -common).bit_length() - 1
    shift = projection.exponent + spare
    post, pre, weight = synapses.coordinates()
    if shift >= np.iinfo(np.int32).bits or not weight.size:
        return None  # all that is left of such a sum in 32 bits is 0
    sums = np.bincount(post, np.abs(weight >> spare).astype(np.float64))
    wide = shift < 0 and bool(sums.max() >= _WIDE)
    narrow = _narrowest(weights >> spare)
    columns = _columns(post, pre, (weight >> spare).astype(narrow), synapses.shape)
    blocks = _blocks(synapses, spare, narrow)
    table = columns if blocks is None or columns.bytes < blocks.bytes else blocks
    return Afferent(projection, table, shift, wide)


def _narrowest(values: Array) -> np.dtype[np.generic]:
    """The narrowest integers that hold all values."""
    least, most = int(values.min()), int(values.max())
    kinds = [kind for kind in (np.int8, np.int16) if np.iinfo(kind).min <= least and most <= np.iinfo(kind).max]
    return np.dtype(kinds[0] if kinds else np.int32)


def _columns(post: Array, pre: Array, weight: Array, shape: tuple[int, int]) -> Columns:
    """Synapses sorted by source, then target."""
    order = np.lexsort((post, pre))
    index = np.uint16 if shape[0] <= 1 << 16 else np.uint32
    first = np.concatenate([[0], np.cumsum(np.bincount(pre, minlength=shape[1]))])
    return Columns(weight[order], first.astype(np.uint32), post[order].astype(index))


def _blocks(synapses: Synapses, spare: int, kind: np.dtype[np.generic]) -> Blocks | None:
    """The blocks of a projection that is stored in blocks."""
    weights = synapses.weights >> spare
    if isinstance(synapses, Dense):
        weights, source, to, motifs = weights[None], np.zeros(1, int), np.zeros(1, int), 1
    elif isinstance(synapses, BlockDiagonal):
        motifs = len(weights)
        source = np.arange(motifs)
        to = source * weights.shape[1]
    elif isinstance(synapses, Banded):
        linked = synapses.sources >= 0
        source, motifs = synapses.sources[linked], synapses.pre_motifs
        to = np.broadcast_to(np.arange(weights.shape[1]), linked.shape)[linked] * weights.shape[2]
        weights = weights[linked]
    else:
        return None
    order = np.argsort(source, kind="stable")
    first = np.concatenate([[0], np.cumsum(np.bincount(source, minlength=motifs))])
    laid = np.ascontiguousarray(weights[order].transpose(0, 2, 1).astype(kind))
    return Blocks(laid, first.astype(np.uint32), to[order].astype(np.uint32))
