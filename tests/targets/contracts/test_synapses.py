"""Four ways to store one matrix: the same sums, the same coordinates, and errors that tell what to do."""

import re
from dataclasses import FrozenInstanceError

import numpy as np
import pytest

from targets.contracts.arrays import Array
from targets.contracts.chip import chip_named
from targets.contracts.errors import InputError
from targets.contracts.synapses import Banded, BlockDiagonal, Dense, Sparse, Synapses, with_weights
from tests.strategies import random_synapses

KINDS = {0: "dense", 1: "block", 2: "band", 3: "sparse"}


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("kind", KINDS)
def test_sums_equal_those_of_the_matrix(kind: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    synapses = random_synapses(6, 8, kind, rng, chip_named("loihi2"))
    assert synapses.kind == KINDS[kind]
    assert synapses.shape == (6, 8)
    for spikes in (rng.integers(0, 2, (5, 8)).astype(np.int64), rng.random((5, 8))):
        summed = synapses.accumulate(spikes)
        assert summed.dtype == spikes.dtype
        assert np.allclose(summed, spikes @ _matrix(synapses).T, rtol=1e-12, atol=0)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("kind", KINDS)
def test_coordinates_are_ordered_and_not_zero(kind: int, seed: int) -> None:
    post, pre, weight = random_synapses(6, 8, kind, np.random.default_rng(seed), chip_named("loihi2")).coordinates()
    assert (weight != 0).all()
    assert list(zip(post, pre, strict=True)) == sorted(zip(post, pre, strict=True))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [1, 5, 17, 1000])
def test_pieces_are_the_coordinates_in_whole_rows(size: int, kind: int, seed: int) -> None:
    synapses = random_synapses(6, 8, kind, np.random.default_rng(seed), chip_named("loihi2"))
    pieces = list(synapses.pieces(size))
    for joined, whole in zip(map(np.concatenate, zip(*pieces, strict=True)), synapses.coordinates(), strict=True):
        assert np.array_equal(joined, whole)
    rows = [set(post.tolist()) for post, _, _ in pieces]
    assert sum(map(len, rows)) == len(set().union(*rows))
    assert len(pieces) == 1 if size == 1000 else len(pieces) > 1 or synapses.weights.size <= size


@pytest.mark.parametrize(
    ("synapses", "size", "rows"),
    [
        (Dense(np.ones((6, 8))), 17, [[0, 1], [2, 3], [4, 5]]),
        (Dense(np.ones((6, 8))), 24, [[0, 1, 2], [3, 4, 5]]),
        (Dense(np.ones((3, 8))), 7, [[0], [1], [2]]),  # a row is never cut
        (BlockDiagonal(np.ones((3, 2, 3))), 13, [[0, 1, 2, 3], [4, 5]]),
        (BlockDiagonal(np.ones((3, 2, 3))), 11, [[0, 1], [2, 3], [4, 5]]),
        (Banded(np.ones((2, 3, 2, 3)), np.zeros((2, 3)), 1), 25, [[0, 1, 2, 3], [4, 5]]),
        (Banded(np.ones((2, 3, 2, 3)), np.zeros((2, 3)), 1), 23, [[0, 1], [2, 3], [4, 5]]),
        (Sparse(np.ones(6), np.zeros(6), np.array([0, 2, 2, 5, 6]), 1), 3, [[0], [2], [3]]),
        (Sparse(np.ones(6), np.zeros(6), np.array([0, 2, 2, 5, 6]), 5), 5, [[0, 2], [3]]),
    ],
)
def test_a_piece_takes_as_many_whole_rows_as_fit(synapses: Synapses, size: int, rows: list[list[int]]) -> None:
    assert [sorted(set(post.tolist())) for post, _, _ in synapses.pieces(size)] == rows
    assert len(list(synapses.pieces())) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_synapses_are_frozen_and_compared_by_identity(kind: int) -> None:
    synapses, same = (random_synapses(6, 8, kind, np.random.default_rng(0), chip_named("loihi2")) for _ in range(2))
    with pytest.raises(FrozenInstanceError):
        synapses.weights = same.weights  # type: ignore[misc]
    assert synapses != same
    assert len({synapses, same}) == 2


def test_the_rows_of_a_sparse_matrix_may_be_in_any_order() -> None:
    post, pre, weight = Sparse(np.array([1, 2, 3]), np.array([2, 0, 1]), np.array([0, 2, 3]), 3).coordinates()
    assert (post.tolist(), pre.tolist(), weight.tolist()) == ([0, 0, 1], [0, 2, 1], [2, 1, 3])


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("kind", KINDS)
def test_rows_of_stored_weights(kind: int, seed: int) -> None:
    """Weights times their row number, summed, is what the coordinates give."""
    synapses = random_synapses(6, 8, kind, np.random.default_rng(seed), chip_named("loihi2"))
    if isinstance(synapses, Banded):
        synapses = Banded(synapses.weights, np.maximum(synapses.sources, 0), synapses.pre_motifs)
    rows = np.broadcast_to(synapses.row_of(), synapses.weights.shape)
    post, _, weight = synapses.coordinates()
    assert np.array_equal(
        np.bincount(rows.ravel(), synapses.weights.ravel(), minlength=6), np.bincount(post, weight, minlength=6)
    )


def test_block_diagonal_matrix() -> None:
    synapses = BlockDiagonal(np.array([[[1, 2]], [[3, 4]]]))
    assert _matrix(synapses).tolist() == [[1, 2, 0, 0], [0, 0, 3, 4]]


def test_banded_matrix() -> None:
    """A chain of three one-neuron motifs: each listens to the one before, the first to nobody."""
    synapses = Banded(np.array([[[[5]], [[6]], [[7]]]]), np.array([[-1, 0, 1]]), 3)
    assert _matrix(synapses).tolist() == [[0, 0, 0], [6, 0, 0], [0, 7, 0]]
    assert synapses.accumulate(np.ones((1, 3))).tolist() == [[0, 6, 7]]


def test_two_bands_from_one_motif_add_up() -> None:
    synapses = Banded(np.array([[[[1]]], [[[2]]]]), np.array([[0], [0]]), 1)
    assert synapses.accumulate(np.ones((1, 1))).tolist() == [[3]]


def test_sparse_matrix_with_an_empty_row() -> None:
    synapses = Sparse(np.array([1, 2, 3]), np.array([2, 0, 1]), np.array([0, 1, 1, 3]), 3)
    assert _matrix(synapses).tolist() == [[0, 0, 1], [0, 0, 0], [2, 3, 0]]
    assert synapses.accumulate(np.array([[1, 10, 100]])).tolist() == [[100, 0, 32]]


def test_integers_stay_integers_and_all_is_read_only() -> None:
    assert Dense(np.array([[1]])).weights.dtype == np.int32
    assert Dense(np.array([[1.5]])).weights.dtype == np.float64
    sparse = random_synapses(4, 4, 3, np.random.default_rng(0), chip_named("loihi2"))
    assert isinstance(sparse, Sparse)
    for array in (sparse.weights, sparse.indices, sparse.indptr):
        assert not array.flags.writeable


@pytest.mark.parametrize("kind", KINDS)
def test_with_weights_keeps_the_wiring(kind: int) -> None:
    synapses = random_synapses(6, 8, kind, np.random.default_rng(2), chip_named("loihi2"))
    doubled = with_weights(synapses, 2 * synapses.weights)
    assert np.array_equal(_matrix(doubled), 2 * _matrix(synapses))


def test_with_weights_refuses_another_shape() -> None:
    with pytest.raises(InputError) as error:
        with_weights(Dense(np.ones((2, 3))), np.ones((3, 2)))
    assert str(error.value) == (
        "dense weights have shape (2, 3) but (3, 2) was given to replace them; both must be equal."
    )


def test_weights_with_wrong_axes_are_refused() -> None:
    with pytest.raises(InputError) as error:
        Dense(np.ones(3))
    assert str(error.value) == "a weight array has shape (3,); it needs 2 axes, so reshape it."


def test_weights_that_are_not_finite_are_refused() -> None:
    with pytest.raises(InputError) as error:
        Dense(np.array([[1.0, np.nan, np.inf]]))
    assert str(error.value) == (
        "a weight array holds 2 NaN or infinite of 3 values; all must be finite, so repair or retrain the network."
    )


def test_integers_beyond_32_bits_are_refused() -> None:
    with pytest.raises(InputError) as error:
        Dense(np.array([[1 << 40]]))
    assert str(error.value) == "a weight array holds numbers that do not fit int32; round or scale them first."


def test_band_needs_one_source_per_block() -> None:
    with pytest.raises(InputError) as error:
        Banded(np.ones((1, 3, 2, 2)), np.zeros((1, 2), int), 3)
    assert str(error.value) == (
        "a banded projection has weights (1, 3, 2, 2) [direction, motif, post, pre] but sources (1, 2) "
        "[direction, motif]; the first two axes must be equal, so give one source per block."
    )


def test_band_has_no_more_sources_than_blocks() -> None:
    with pytest.raises(InputError, match=r"weights \(1, 2, 2, 2\) .* but sources \(1, 3\)"):
        Banded(np.ones((1, 2, 2, 2)), np.zeros((1, 3), int), 3)


def test_a_neuron_that_hears_two_motifs_has_its_synapses_together() -> None:
    """They come direction by direction, so that those of the second go back to the first neuron."""
    synapses = Banded(np.arange(1, 5).reshape(2, 1, 2, 1), np.array([[0], [1]]), 2)
    assert [part.tolist() for part in synapses.coordinates()] == [[0, 0, 1, 1], [0, 1, 0, 1], [1, 3, 2, 4]]


def test_band_refuses_unknown_motifs() -> None:
    with pytest.raises(InputError) as error:
        Banded(np.ones((1, 2, 1, 1)), np.array([[-1, 3]]), 3)
    assert str(error.value) == (
        "a banded projection listens to motifs -1..3; there are 3 (0..2, -1 for none), so correct `sources`."
    )


@pytest.mark.parametrize("indptr", [[0, 2, 1], [1, 2, 2], [0, 1, 3], [], [-1, 1, 2], [0, 2, 1, 2]])
def test_sparse_refuses_a_broken_indptr(indptr: list[int]) -> None:
    with pytest.raises(InputError) as error:
        Sparse(np.array([1, 2]), np.array([0, 1]), np.array(indptr, dtype=int), 2)
    assert str(error.value) == (
        "a sparse projection has 2 weights, 2 indices and an indptr that must rise from 0 to the number of weights; "
        "build it from a CSR matrix."
    )


def test_sparse_refuses_unknown_neurons() -> None:
    with pytest.raises(InputError) as error:
        Sparse(np.array([1, 2]), np.array([0, 2]), np.array([0, 2]), 2)
    assert str(error.value) == (
        "a sparse projection listens to neurons 0..2; the source has 2 (0..1), so correct `indices`."
    )


def test_sparse_refuses_negative_neurons_and_other_numbers_of_indices() -> None:
    with pytest.raises(InputError, match=re.escape("listens to neurons -1..1; the source has 2 (0..1)")):
        Sparse(np.array([1, 2]), np.array([-1, 1]), np.array([0, 2]), 2)
    with pytest.raises(InputError, match="has 2 weights, 1 indices and an indptr"):
        Sparse(np.array([1, 2]), np.array([0]), np.array([0, 2]), 2)


def test_band_refuses_sources_below_none() -> None:
    with pytest.raises(InputError, match=re.escape("listens to motifs -2..0; there are 1 (0..0, -1 for none)")):
        Banded(np.ones((1, 2, 1, 1)), np.array([[-2, 0]]), 1)


def test_a_source_may_have_nothing_to_listen_to() -> None:
    band = Banded(np.ones((1, 2, 1, 1)), np.array([[-1, -1]]), 0)
    assert (band.shape, band.coordinates()[0].size) == ((2, 0), 0)
    sparse = Sparse(np.empty(0), np.empty(0), np.array([0, 0, 0]), 0)
    assert (sparse.shape, sparse.accumulate(np.ones((3, 0))).tolist()) == ((2, 0), [[0, 0]] * 3)
    for refused in (
        lambda: Banded(np.ones((1, 2, 1, 1)), np.array([[-1, -1]]), -1),
        lambda: Sparse(np.empty(0), np.empty(0), np.array([0]), -1),
    ):
        with pytest.raises(InputError, match="number of source"):
            refused()


def _matrix(synapses: Synapses) -> Array:
    """Weights [post, pre], put together from the coordinates; synapses between the same two neurons add up."""
    matrix = np.zeros(synapses.shape)
    post, pre, weight = synapses.coordinates()
    np.add.at(matrix, (post, pre), weight)
    return matrix
