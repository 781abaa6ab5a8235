"""exact: a projection's integer weights as floats whose matrix products are exact."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from targets.contracts.arrays import Array, Ints
from targets.contracts.synapses import Banded, BlockDiagonal, Dense
from targets.program.program import IntProjection

_FLOAT32_BITS = 24
_NARROW_BITS = 8


@dataclass(frozen=True, eq=False)
class ExactProjection:
    """Weights laid out for `spikes @ weights`, and how the sums become the target's aligned input a << align_bits.

    weights  dense: [pre, post];  block, band: [motif, direction * pre, post];  sparse: [synapse]
    sources  block, band: int32 [motif, direction], the motif each block listens to (any where its weights are 0);
             empty for the others
    integer  type that holds every sum
    floor    bits to shift the sum down, and then up by align_bits; 0 where the weights carry both shifts
    """

    weights: Array
    sources: Ints
    integer: Literal["int32", "int64"]
    floor: int


def exact(projection: IntProjection, align_bits: int) -> ExactProjection:
    """The float form of a projection, with its exponent >= 0 and the alignment folded into the weights.

    A product with binary spikes is exact in float32 when sum |w| of every row is below 2^24, because every partial
    sum is then an integer of 24 bits (times one power of two). The weights must also have at most 8 significant bits,
    so that nothing is lost where a GPU or CPU is set to multiply in TF32 or bfloat16; all legal weights have.
    Everything else is float64, exact below 2^53.
    """
    synapses, exponent = projection.synapses, projection.exponent
    weights = synapses.weights.astype(np.int64)
    bound = _row_bound(projection)
    single = bound < 1 << _FLOAT32_BITS and _significant_bits(weights) <= _NARROW_BITS
    raised = align_bits + exponent if exponent >= 0 else 0
    scaled = weights.astype(np.float32 if single else np.float64) * 2**raised
    sources = np.empty((0, 0), dtype=np.int32)
    if isinstance(synapses, Dense):
        scaled = scaled.T
    elif isinstance(synapses, BlockDiagonal):
        scaled = scaled.transpose(0, 2, 1)
        sources = np.arange(len(scaled), dtype=np.int32)[:, None]
    elif isinstance(synapses, Banded):
        directions, motifs, post, pre = scaled.shape
        linked = np.where((synapses.sources >= 0)[:, :, None, None], scaled, 0)
        scaled = linked.transpose(1, 0, 3, 2).reshape(motifs, directions * pre, post)
        sources = np.maximum(synapses.sources.T, 0)
    integer: Literal["int32", "int64"] = "int32" if bound << raised < 1 << 31 else "int64"
    return ExactProjection(np.ascontiguousarray(scaled), sources, integer, max(0, -exponent))


def _row_bound(projection: IntProjection) -> int:
    """Largest sum |w| over the synapses of one neuron."""
    weights = projection.synapses.weights
    rows = np.broadcast_to(projection.synapses.row_of(), weights.shape)
    sums = np.bincount(rows.ravel(), weights=np.abs(weights.ravel().astype(np.float64)))
    return int(sums.max(initial=0))


def _significant_bits(weights: Array) -> int:
    """Bits from the first to the last one of the widest weight."""
    magnitude = np.abs(weights)
    lowest = np.maximum(magnitude & -magnitude, 1)
    return int((magnitude // lowest).max(initial=0)).bit_length()
