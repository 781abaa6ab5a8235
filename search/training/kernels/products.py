"""Products of matrices with what neurons send, four rows at a time, and the gradient of such matrices."""

from search.training.kernels.lanes import NARROW, entry, fma, load, splat, store, total
from search.training.kernels.layout import Matrices
from targets.contracts.arrays import Array
from targets.contracts.jit import compiled

TILE = 4
"""Rows that are worked on at a time."""
_AT_ONCE = 8  # steps whose rows of a tile stay even nearer


@compiled(nogil=True)
def write_products(like: tuple[int, ...], matrices: Matrices, offset: Array, sent: Array, told: Array) -> None:
    """Write what matrices make of `sent` to `told` [row, lane], which has `TILE` rows to spare.

    offset  int64 [delay]: the row of `sent` where the step begins that is so far away
    """
    zero = splat(matrices.weight.dtype.type(0), like)
    for m in range(len(matrices.ends)):
        to, rows, first, columns = matrices.ends[m, 0], matrices.ends[m, 1], matrices.ends[m, 2], matrices.ends[m, 3]
        begin, k, more = offset[matrices.ends[m, 4]] + first, matrices.ends[m, 5], matrices.ends[m, 6]
        for row in range(to, to + rows, TILE):
            a, b, c, d = zero, zero, zero, zero
            if more:
                a, b, c, d = (
                    load(told, row, like),
                    load(told, row + 1, like),
                    load(told, row + 2, like),
                    load(told, row + 3, like),
                )
            for other in range(begin, begin + columns):
                one = load(sent, other, like)
                a = fma(splat(entry(matrices.weight, k), like), one, a)
                b = fma(splat(entry(matrices.weight, k + 1), like), one, b)
                c = fma(splat(entry(matrices.weight, k + 2), like), one, c)
                d = fma(splat(entry(matrices.weight, k + 3), like), one, d)
                k += TILE
            store(told, row, a)
            if row + 1 < to + rows:
                store(told, row + 1, b)
            if row + 2 < to + rows:
                store(told, row + 2, c)
            if row + 3 < to + rows:
                store(told, row + 3, d)


@compiled(nogil=True)
def add_matrix_gradients(
    like: tuple[int, ...], matrices: Matrices, received: Array, spikes: Array, slope: Array
) -> None:
    """Add the gradient of the weights of matrices to `slope`, which is laid out as they are.

    received  gradient of the current [time * row, lane], the rows those of the matrices, with `TILE` rows to spare
    spikes    [time * neuron, lane], with `TILE` rows to spare
    """
    neurons, rows = len(matrices.row), matrices.rows
    steps = (len(received) - TILE) // max(rows, 1)
    for m in range(len(matrices.ends)):
        to, count, first, columns = matrices.ends[m, 0], matrices.ends[m, 1], matrices.ends[m, 2], matrices.ends[m, 3]
        delay, place = matrices.ends[m, 4], matrices.ends[m, 5]
        for t in range(delay, steps, _AT_ONCE):
            few = min(steps - t, _AT_ONCE)
            for column in range(0, columns, TILE):
                other, width = (t - delay) * neurons + first + column, min(TILE, columns - column)
                for row in range(0, count, TILE):
                    at = place + row * columns + column * TILE
                    _add_tile(like, few, received, t * rows + to + row, rows, spikes, other, neurons, slope, at, width)


@compiled(nogil=True)
def _add_tile(
    like: tuple[int, ...],
    steps: int,
    received: Array,
    one: int,
    rows: int,
    spikes: Array,
    other: int,
    neurons: int,
    slope: Array,
    at: int,
    width: int,
) -> None:
    """Add products of four rows of `received`, from `one` on, with four neurons of `spikes`, over some steps."""
    pieces, zero = len(like), splat(slope.dtype.type(0), NARROW)
    a0, a1, a2, a3, b0, b1, b2, b3 = zero, zero, zero, zero, zero, zero, zero, zero
    c0, c1, c2, c3, d0, d1, d2, d3 = zero, zero, zero, zero, zero, zero, zero, zero
    for _ in range(steps):
        for piece in range(len(like)):
            g, s = one * pieces + piece, other * pieces + piece
            a, b = load(received, g, NARROW), load(received, g + pieces, NARROW)
            c, d = load(received, g + 2 * pieces, NARROW), load(received, g + 3 * pieces, NARROW)
            n = load(spikes, s, NARROW)
            a0, b0, c0, d0 = fma(a, n, a0), fma(b, n, b0), fma(c, n, c0), fma(d, n, d0)
            n = load(spikes, s + pieces, NARROW)
            a1, b1, c1, d1 = fma(a, n, a1), fma(b, n, b1), fma(c, n, c1), fma(d, n, d1)
            n = load(spikes, s + 2 * pieces, NARROW)
            a2, b2, c2, d2 = fma(a, n, a2), fma(b, n, b2), fma(c, n, c2), fma(d, n, d2)
            n = load(spikes, s + 3 * pieces, NARROW)
            a3, b3, c3, d3 = fma(a, n, a3), fma(b, n, b3), fma(c, n, c3), fma(d, n, d3)
        one += rows
        other += neurons
    _add(slope, at, total(a0), total(b0), total(c0), total(d0))
    if width > 1:
        _add(slope, at + TILE, total(a1), total(b1), total(c1), total(d1))
    if width > 2:
        _add(slope, at + 2 * TILE, total(a2), total(b2), total(c2), total(d2))
    if width > 3:
        _add(slope, at + 3 * TILE, total(a3), total(b3), total(c3), total(d3))


@compiled(nogil=True)
def _add(slope: Array, at: int, a: float, b: float, c: float, d: float) -> None:
    slope[at] += a
    slope[at + 1] += b
    slope[at + 2] += c
    slope[at + 3] += d
