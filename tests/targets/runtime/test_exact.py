"""When sums are float32, float64, int32 and int64, and how weights are laid out."""

import numpy as np
import pytest

from targets.contracts.arrays import Array
from targets.contracts.synapses import Banded, BlockDiagonal, Dense, Sparse, Synapses
from targets.program.program import IntProjection
from targets.runtime.exact import ExactProjection, exact

FAN_IN = 1 << 16


@pytest.mark.parametrize(
    ("weights", "exponent", "floating", "integer"),
    [
        (np.full((1, FAN_IN), 254), 0, "float32", "int32"),  # 254 * 2^16 < 2^24, and times 2^6 < 2^31
        (np.full((1, FAN_IN), -256), 0, "float64", "int32"),  # 2^24 is one too many
        (np.full((1, FAN_IN), 254), 2, "float32", "int64"),
        (np.full((1, FAN_IN), 254), -8, "float32", "int32"),
        (np.array([[255]]), 0, "float32", "int32"),
        (np.array([[257]]), 0, "float64", "int32"),  # nine significant bits
        (np.array([[510, -512]]), 0, "float32", "int32"),  # eight, once the last zeros are taken off
    ],
)
def test_types_follow_from_the_bound(weights: Array, exponent: int, floating: str, integer: str) -> None:
    form = _exact(_projection(Dense(weights), exponent))
    assert (form.weights.dtype.name, form.integer) == (floating, integer)


@pytest.mark.parametrize(("exponent", "factor", "floor"), [(0, 64, 0), (7, 8192, 0), (-1, 1, 1), (-8, 1, 8)])
def test_exponent_is_folded_or_left_to_a_floor(exponent: int, factor: int, floor: int) -> None:
    form = _exact(_projection(Dense(np.array([[2, -4], [6, 8]])), exponent))
    assert form.weights.tolist() == [[2 * factor, 6 * factor], [-4 * factor, 8 * factor]]
    assert form.floor == floor


def test_blocks_listen_to_themselves() -> None:
    form = _exact(_projection(BlockDiagonal(np.array([[[2, 4]], [[6, 8]]])), -1))
    assert form.weights.tolist() == [[[2], [4]], [[6], [8]]]
    assert form.sources.tolist() == [[0], [1]]


def test_bands_are_joined_and_missing_neighbours_silenced() -> None:
    weights = np.array([[[[2]], [[4]]], [[[6]], [[8]]]])
    form = _exact(_projection(Banded(weights, np.array([[-1, 0], [1, -1]]), 2), -1))
    assert form.weights.tolist() == [[[0], [6]], [[4], [0]]]
    assert form.sources.tolist() == [[0, 1], [0, 0]]


def test_sparse_keeps_its_order() -> None:
    form = _exact(_projection(Sparse(np.array([2, 4]), np.array([1, 0]), np.array([0, 1, 2]), 2), -2))
    assert form.weights.tolist() == [2, 4]


def _exact(projection: IntProjection) -> ExactProjection:
    return exact(projection, align_bits=6)


def _projection(synapses: Synapses, exponent: int) -> IntProjection:
    return IntProjection("a", "x", "p", synapses, exponent, 1)
