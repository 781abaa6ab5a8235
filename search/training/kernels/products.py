"""Products of matrices with what neurons send, four rows at a time, and the gradient of such matrices."""

from search.training.kernels.lanes import NARROW, entry, fma, load, splat, store, total
from search.training.kernels.layout import Matrices
from targets.contracts.arrays import Array
from targets.contracts.jit import compiled

TILE = 4
"""Rows that are worked on at a time."""
_AT_ONCE = 8  # steps whose rows of a tile stay even nearer


@compiled(nogil=True)
def write_products(
    like: tuple[int, ...], piece: tuple[int, ...], matrices: Matrices, offset: Array, sent: Array, told: Array
) -> None:
    """Write what matrices make of `sent` to `told` [row, lane], which has `TILE` rows to spare.

    offset  int64 [delay]: the row of `sent` where the step begins that is so far away
    piece   lanes that are worked on at a time
    """
    pieces, zero = len(like) // len(piece), splat(matrices.weight.dtype.type(0), piece)
    for m in range(len(matrices.ends)):
        to, rows, first, columns = matrices.ends[m, 0], matrices.ends[m, 1], matrices.ends[m, 2], matrices.ends[m, 3]
        begin, end = offset[matrices.ends[m, 4]] + first, offset[matrices.ends[m, 4]] + first + columns
        for row in range(0, rows, TILE):
            for number in range(pieces):
                a, b, c, d = zero, zero, zero, zero
                at, k = (to + row) * pieces + number, matrices.ends[m, 5] + row * columns
                if matrices.ends[m, 6]:
                    a, b = load(told, at, piece), load(told, at + pieces, piece)
                    c, d = load(told, at + 2 * pieces, piece), load(told, at + 3 * pieces, piece)
                for other in range(begin * pieces + number, end * pieces + number, pieces):
                    one = load(sent, other, piece)
                    a = fma(splat(entry(matrices.weight, k), piece), one, a)
                    b = fma(splat(entry(matrices.weight, k + 1), piece), one, b)
                    c = fma(splat(entry(matrices.weight, k + 2), piece), one, c)
                    d = fma(splat(entry(matrices.weight, k + 3), piece), one, d)
                    k += TILE
                store(told, at, a)
                if row + 1 < rows:
                    store(told, at + pieces, b)
                if row + 2 < rows:
                    store(told, at + 2 * pieces, c)
                if row + 3 < rows:
                    store(told, at + 3 * pieces, d)


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
            for column in range(0, columns, 2):
                other, alone = (t - delay) * neurons + first + column, column + 1 == columns
                for row in range(0, count, 2):
                    one, at = t * rows + to + row, place + row // TILE * TILE * columns + column * TILE + row % TILE
                    _add_square(like, few, received, one, rows, spikes, other, neurons, slope, at, alone)


@compiled(nogil=True)
def _add_square(
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
    alone: bool,
) -> None:
    """Add products of two rows of `received`, from `one` on, with two neurons of `spikes`, or one, over some steps.

    Four sums, and what is added to them, are what 16 registers of 256 bits hold.
    """
    pieces, zero = len(like), splat(slope.dtype.type(0), NARROW)
    a0, b0, a1, b1 = zero, zero, zero, zero
    for _ in range(steps):
        for piece in range(pieces):
            g, s = one * pieces + piece, other * pieces + piece
            a, b = load(received, g, NARROW), load(received, g + pieces, NARROW)
            m, n = load(spikes, s, NARROW), load(spikes, s + pieces, NARROW)
            a0, b0, a1, b1 = fma(a, m, a0), fma(b, m, b0), fma(a, n, a1), fma(b, n, b1)
        one += rows
        other += neurons
    slope[at] += total(a0)
    slope[at + 1] += total(b0)
    if not alone:
        slope[at + TILE] += total(a1)
        slope[at + TILE + 1] += total(b1)
