"""Products of matrices, and their gradients, against numpy."""

import numpy as np
import pytest

from search.training.kernels.lanes import NARROW, REGISTER, WIDE
from search.training.kernels.layout import Matrices
from search.training.kernels.products import TILE, add_matrix_gradients, write_products
from search.training.kernels.rows import rows
from targets.contracts.arrays import Array

STEPS, DELAY = 11, 2
LIKES = pytest.mark.parametrize("like", [NARROW, WIDE])
PIECES = pytest.mark.parametrize(("like", "piece"), [(NARROW, NARROW), (WIDE, NARROW), (WIDE, WIDE)])
SIZES = pytest.mark.parametrize(("posts", "pres"), [(1, 1), (4, 8), (7, 6), (9, 3)])


def tiled(matrix: Array) -> Array:
    """[tile, pre, 4] in a row."""
    posts, pres = matrix.shape
    return np.pad(matrix, ((0, -posts % TILE), (0, 0))).reshape(-1, TILE, pres).swapaxes(1, 2).reshape(-1)


def drawn(seed: int, count: int, lanes: int) -> Array:
    """Rows of normal numbers, each where the kernels may read it."""
    made = rows(count, lanes, np.zeros(0))
    made[:] = np.random.default_rng(seed).standard_normal(made.shape)
    return made


@PIECES
@SIZES
def test_rows_are_the_sum_of_the_products_of_all_matrices_that_end_there(
    like: tuple[int, ...], piece: tuple[int, ...], posts: int, pres: int
) -> None:
    lanes, rng = REGISTER * len(like), np.random.default_rng(0)
    one, other = rng.standard_normal((2, posts, pres))
    weight = np.concatenate([tiled(one), tiled(other)])
    ends = np.array([(0, posts, 1, pres, 1, 0, 0), (0, posts, 0, pres, DELAY, tiled(one).size, 1)])
    matrices = Matrices(posts, ends, np.arange(posts, dtype=np.int32), weight)
    sent, told = drawn(1, 4 * (pres + 1), lanes), drawn(2, posts + TILE, lanes)
    kept, offset = told[posts:].copy(), np.array([0, pres + 1, 2 * (pres + 1)])
    write_products(like, piece, matrices, offset, sent, told)
    expected = one @ sent[pres + 2 : 2 * pres + 2] + other @ sent[2 * pres + 2 : 3 * pres + 2]
    np.testing.assert_allclose(told[:posts], expected, atol=1e-12)
    assert np.array_equal(told[posts:], kept)


@LIKES
@SIZES
def test_gradients_are_sums_over_steps_and_lanes(like: tuple[int, ...], posts: int, pres: int) -> None:
    lanes = REGISTER * len(like)
    ends = np.array([(0, posts, 1, pres, DELAY, 0, 0)])
    weight = np.zeros(tiled(np.zeros((posts, pres))).size)
    matrices = Matrices(posts, ends, np.full(pres + 1, -1, np.int32), weight)
    received = drawn(3, STEPS * posts + TILE, lanes)
    spikes = drawn(4, STEPS * (pres + 1) + TILE, lanes)
    slope = np.ones_like(weight)
    add_matrix_gradients(like, matrices, received, spikes, slope)
    arrived = received[: STEPS * posts].reshape(STEPS, posts, lanes)[DELAY:]
    sent = spikes[: STEPS * (pres + 1)].reshape(STEPS, pres + 1, lanes)[:-DELAY, 1:]
    found = slope.reshape(-1, pres, TILE).swapaxes(1, 2).reshape(-1, pres)[:posts]
    np.testing.assert_allclose(found, 1 + np.einsum("til,tjl->ij", arrived, sent), atol=1e-12)
