"""Synapses as rows."""

from typing import Literal

import numpy as np
import pytest

from targets.backends.numba.compressed import compressed
from targets.contracts.synapses import Dense, Sparse


@pytest.mark.parametrize("by", ["source", "target"])
def test_rows_of_one_projection_follow_those_of_another_and_zeros_are_left_out(by: Literal["source", "target"]) -> None:
    first = np.array([[1, 0, -2], [0, 0, 3]], np.int32)
    second = Sparse(np.array([4, 0, 5], np.int32), np.array([1, 0, 0], np.int32), np.array([0, 1, 1, 3]), 2)
    ends, other, weight = compressed([[(Dense(first), 10)], [(second, 20)]], by, np.int16)
    assert [each.dtype.name for each in (ends, other, weight)] == ["uint64", "uint32", "int16"]
    if by == "source":
        assert ends.tolist() == [0, 1, 1, 3, 3, 4, 5]
        assert other.tolist() == [10, 10, 11, 22, 20]
        assert weight.tolist() == [1, -2, 3, 5, 4]
    else:
        assert ends.tolist() == [0, 2, 3, 3, 4, 4, 5]
        assert other.tolist() == [10, 12, 12, 21, 20]
        assert weight.tolist() == [1, -2, 3, 4, 5]


def test_no_projection_has_no_row() -> None:
    ends, other, weight = compressed([], "source", np.int32)
    assert ends.size == other.size == weight.size == 0


def test_synapses_of_a_bundle_share_their_rows() -> None:
    first, second = (Dense(np.array(rows, np.int32)) for rows in ([[1, 2]], [[0, 3], [4, 5]]))
    ends, other, weight = compressed([[(first, 0), (second, 1)]], "source", np.int16)
    assert ends.tolist() == [0, 2, 5]
    assert other.tolist() == [0, 2, 0, 1, 2]
    assert weight.tolist() == [1, 4, 2, 3, 5]
