"""How the weights of a projection are stored: dense, block-diagonal, banded or sparse.

All four say the same thing, a matrix weights [post, pre]; they differ in what they do not store. The element type
tells the stage: float64 in a Network or FloatGraph, int32 in an IntGraph or Program.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from targets.contracts.arrays import Array, readonly
from targets.contracts.errors import InputError
from targets.contracts.fields import MOST_NEURONS, whole

PIECE = 1 << 22
"""Stored weights that are looked at together where all of a large projection would need much memory."""


@dataclass(frozen=True, eq=False)
class Dense:
    """Every pair is stored: weights [post, pre]."""

    kind: ClassVar[str] = "dense"
    weights: Array

    def __post_init__(self) -> None:
        object.__setattr__(self, "weights", _weights(self.weights, 2))

    @property
    def shape(self) -> tuple[int, int]:
        """(post, pre)."""
        return self.weights.shape[0], self.weights.shape[1]

    def coordinates(self) -> tuple[Array, Array, Array]:
        """(post, pre, weight) of every synapse that is not zero, ordered by post, then pre."""
        return _joined(self)

    def pieces(self, size: int = PIECE) -> Iterator[tuple[Array, Array, Array]]:
        """`coordinates` in pieces of whole rows with about `size` stored weights."""
        post, pre = self.shape
        for rows in _spans(np.arange(post + 1) * pre, size):
            row, column = np.nonzero(self.weights[rows])
            yield row + rows.start, column, self.weights[rows][row, column]

    def row_of(self) -> Array:
        """Index of the post neuron of every stored weight; broadcasts against `weights`."""
        return np.arange(self.shape[0])[:, None]

    def accumulate(self, spikes: Array) -> Array:
        """Sum over pre of weights [post, pre] spikes [batch, pre] -> [batch, post], in the type of `spikes`."""
        return spikes @ self.weights.T.astype(spikes.dtype, copy=False)


@dataclass(frozen=True, eq=False)
class BlockDiagonal:
    """Motifs connected only inside: weights [motif, post, pre], motif m holding neurons m * k .. m * k + k - 1."""

    kind: ClassVar[str] = "block"
    weights: Array

    def __post_init__(self) -> None:
        object.__setattr__(self, "weights", _weights(self.weights, 3))

    @property
    def shape(self) -> tuple[int, int]:
        """(post, pre)."""
        motifs, post, pre = self.weights.shape
        return motifs * post, motifs * pre

    def coordinates(self) -> tuple[Array, Array, Array]:
        """(post, pre, weight) of every synapse that is not zero, ordered by post, then pre."""
        return _joined(self)

    def pieces(self, size: int = PIECE) -> Iterator[tuple[Array, Array, Array]]:
        """`coordinates` in pieces of whole motifs with about `size` stored weights."""
        motifs, k_post, k_pre = self.weights.shape
        for held in _spans(np.arange(motifs + 1) * (k_post * k_pre), size):
            motif, post, pre = np.nonzero(self.weights[held])
            weight = self.weights[held][motif, post, pre]
            motif += held.start
            yield motif * k_post + post, motif * k_pre + pre, weight

    def row_of(self) -> Array:
        """Index of the post neuron of every stored weight; broadcasts against `weights`."""
        motifs, post, _ = self.weights.shape
        return np.arange(motifs * post).reshape(motifs, post, 1)

    def accumulate(self, spikes: Array) -> Array:
        """Sum over pre of weights [post, pre] spikes [batch, pre] -> [batch, post], in the type of `spikes`."""
        motifs, post, pre = self.weights.shape
        by_motif = spikes.reshape(-1, motifs, pre).transpose(1, 0, 2)
        summed = by_motif @ self.weights.astype(spikes.dtype, copy=False).transpose(0, 2, 1)
        return summed.transpose(1, 0, 2).reshape(-1, motifs * post)


@dataclass(frozen=True, eq=False)
class Banded:
    """Motifs connected to neighbours: weights [direction, motif, post, pre].

    `sources` [direction, motif] names the neighbour each block listens to, or -1 where there is none (the end of
    a chain, the rim of a grid). `pre_motifs` is the number of motifs on the source side.
    """

    kind: ClassVar[str] = "band"
    weights: Array
    sources: Array
    pre_motifs: int

    def __post_init__(self) -> None:
        most = whole(self.pre_motifs, "number of source motifs of a banded projection", MOST_NEURONS, least=0)
        object.__setattr__(self, "pre_motifs", most)
        weights = _weights(self.weights, 4)
        sources = readonly(self.sources, np.int32, "sources [direction, motif] of a banded projection", 2)
        if sources.shape != weights.shape[:2]:
            raise InputError(
                f"a banded projection has weights {weights.shape} [direction, motif, post, pre] but sources "
                f"{sources.shape} [direction, motif]; the first two axes must be equal, so give one source per block."
            )
        if sources.size and not (sources.min() >= -1 and sources.max() < self.pre_motifs):
            raise InputError(
                f"a banded projection listens to motifs {sources.min()}..{sources.max()}; there are "
                f"{self.pre_motifs} (0..{self.pre_motifs - 1}, -1 for none), so correct `sources`."
            )
        object.__setattr__(self, "weights", weights)
        object.__setattr__(self, "sources", sources)

    @property
    def shape(self) -> tuple[int, int]:
        """(post, pre)."""
        _, motifs, post, pre = self.weights.shape
        return motifs * post, self.pre_motifs * pre

    def coordinates(self) -> tuple[Array, Array, Array]:
        """(post, pre, weight) of every synapse that is not zero, ordered by post, then pre."""
        return _joined(self)

    def pieces(self, size: int = PIECE) -> Iterator[tuple[Array, Array, Array]]:
        """`coordinates` in pieces of whole motifs with about `size` stored weights."""
        directions, motifs, k_post, k_pre = self.weights.shape
        for held in _spans(np.arange(motifs + 1) * (directions * k_post * k_pre), size):
            sources, weights = self.sources[:, held], self.weights[:, held]
            direction, motif, post, pre = np.nonzero(weights * (sources >= 0)[:, :, None, None])
            yield _sorted(
                (motif + held.start) * k_post + post,
                sources[direction, motif] * k_pre + pre,
                weights[direction, motif, post, pre],
            )

    def row_of(self) -> Array:
        """Index of the post neuron of every stored weight; broadcasts against `weights`."""
        _, motifs, post, _ = self.weights.shape
        return np.arange(motifs * post).reshape(1, motifs, post, 1)

    def accumulate(self, spikes: Array) -> Array:
        """Sum over pre of weights [post, pre] spikes [batch, pre] -> [batch, post], in the type of `spikes`."""
        directions, motifs, post, pre = self.weights.shape
        by_motif = spikes.reshape(-1, self.pre_motifs, pre).transpose(1, 0, 2)
        weights = self._linked().astype(spikes.dtype, copy=False).transpose(0, 1, 3, 2)
        summed = np.zeros((motifs, len(spikes), post), dtype=spikes.dtype)
        for direction in range(directions):
            summed += by_motif[self.sources[direction]] @ weights[direction]
        return summed.transpose(1, 0, 2).reshape(-1, motifs * post)

    def _linked(self) -> Array:
        """Weights with the blocks that listen to nobody set to zero."""
        return np.where((self.sources >= 0)[:, :, None, None], self.weights, 0)


@dataclass(frozen=True, eq=False)
class Sparse:
    """Compressed rows: synapses indptr[i] .. indptr[i + 1] - 1 end at neuron i and start at `indices`."""

    kind: ClassVar[str] = "sparse"
    weights: Array
    indices: Array
    indptr: Array
    pre: int

    def __post_init__(self) -> None:
        pre = whole(self.pre, "number of source neurons of a sparse projection", MOST_NEURONS, least=0)
        object.__setattr__(self, "pre", pre)
        weights = _weights(self.weights, 1)
        indices = readonly(self.indices, np.int32, "indices [synapse] of a sparse projection")
        indptr = readonly(self.indptr, np.int64, "indptr [post + 1] of a sparse projection")
        rising = indptr.size > 0 and indptr[0] == 0 and bool((np.diff(indptr) >= 0).all())
        if not rising or indptr[-1] != weights.size or indices.size != weights.size:
            raise InputError(
                f"a sparse projection has {weights.size:,} weights, {indices.size:,} indices and an indptr that must "
                "rise from 0 to the number of weights; build it from a CSR matrix."
            )
        if indices.size and not (indices.min() >= 0 and indices.max() < self.pre):
            raise InputError(
                f"a sparse projection listens to neurons {indices.min()}..{indices.max()}; the source has {self.pre} "
                f"(0..{self.pre - 1}), so correct `indices`."
            )
        object.__setattr__(self, "weights", weights)
        object.__setattr__(self, "indices", indices)
        object.__setattr__(self, "indptr", indptr)

    @property
    def shape(self) -> tuple[int, int]:
        """(post, pre)."""
        return self.indptr.size - 1, self.pre

    def coordinates(self) -> tuple[Array, Array, Array]:
        """(post, pre, weight) of every synapse that is not zero, ordered by post, then pre."""
        return _joined(self)

    def pieces(self, size: int = PIECE) -> Iterator[tuple[Array, Array, Array]]:
        """`coordinates` in pieces of whole rows with about `size` stored weights."""
        for rows in _spans(self.indptr, size):
            ends = self.indptr[rows.start : rows.stop + 1]
            held = slice(ends[0], ends[-1])
            post = np.repeat(np.arange(rows.start, rows.stop), np.diff(ends))
            alive = self.weights[held] != 0
            yield _sorted(post[alive], self.indices[held][alive], self.weights[held][alive])

    def row_of(self) -> Array:
        """Index of the post neuron of every stored weight; broadcasts against `weights`."""
        return np.repeat(np.arange(self.shape[0]), np.diff(self.indptr))

    def accumulate(self, spikes: Array) -> Array:
        """Sum over pre of weights [post, pre] spikes [batch, pre] -> [batch, post], in the type of `spikes`."""
        summed = np.zeros((len(spikes), self.shape[0]), dtype=spikes.dtype)
        filled = np.diff(self.indptr) > 0
        if filled.any():
            weights = self.weights.astype(spikes.dtype, copy=False)
            for row, sample in zip(summed, spikes, strict=True):
                row[filled] = np.add.reduceat(sample[self.indices] * weights, self.indptr[:-1][filled])
        return summed


Synapses = Dense | BlockDiagonal | Banded | Sparse


def dense(synapses: Synapses) -> Array:
    """All weights as an array of their type, [post, pre]; 0 where there is no synapse."""
    full = np.zeros(synapses.shape, synapses.weights.dtype)
    post, pre, weight = synapses.coordinates()
    np.add.at(full, (post, pre), weight)
    return full


def with_weights(synapses: Synapses, weights: Array) -> Synapses:
    """The same wiring with other numbers; `weights` has the shape of `synapses.weights`."""
    if weights.shape != synapses.weights.shape:
        raise InputError(
            f"{synapses.kind} weights have shape {synapses.weights.shape} but {weights.shape} was given to replace "
            "them; both must be equal."
        )
    return replace(synapses, weights=weights)


def _weights(values: Array, ndim: int) -> Array:
    """Weights as read-only float64 or, where they came as integers, int32."""
    given = np.asarray(values)
    return readonly(given, np.int32 if given.dtype.kind in "iub" else np.float64, "a weight array", ndim)


def _joined(synapses: Synapses) -> tuple[Array, Array, Array]:
    """The coordinates in one piece."""
    (whole,) = synapses.pieces(max(1, synapses.weights.size))
    return whole


def _spans(ends: Array, size: int) -> Iterator[slice]:
    """Consecutive rows of about `size` weights, where those before row i hold ends[i]; one span where all fit in."""
    start, last = 0, ends.size - 1
    while True:
        stop = min(last, max(start + 1, int(np.searchsorted(ends, ends[start] + size, side="right")) - 1))
        yield slice(start, stop)
        if stop >= last:
            return
        start = stop


def _sorted(post: Array, pre: Array, weight: Array) -> tuple[Array, Array, Array]:
    """The same synapses ordered by post, then pre."""
    if ((post[1:] > post[:-1]) | ((post[1:] == post[:-1]) & (pre[1:] >= pre[:-1]))).all():
        return post, pre, weight
    order = np.lexsort((pre, post))
    return post[order], pre[order], weight[order]
