"""Global numbers of inputs and populations."""

import numpy as np
import pytest

from targets.contracts.arrays import Array
from targets.contracts.numbering import combined, distinct, numbered, offsets, ordered
from targets.contracts.ports import Input
from targets.contracts.synapses import Dense
from targets.program.program import IntProjection


def test_inputs_come_first() -> None:
    parts = [Input("a", 3), Input("b", 2)], [Input("p", 4), Input("q", 1)]
    assert offsets(*parts) == {"a": 0, "b": 3, "p": 5, "q": 9}


def test_synapses_carry_global_numbers_of_both_ends() -> None:
    edge = IntProjection("w", "b", "p", Dense(np.array([[2, 0], [0, 0], [4, 6], [0, 8]])), 0, 1)
    ((source, target),) = numbered([edge], {"b": 3, "p": 5})
    assert (source.tolist(), target.tolist()) == ([3, 3, 4, 4], [5, 7, 7, 8])
    assert source.dtype == target.dtype == np.int64


def test_distinct_is_numpy_unique() -> None:
    keys = np.random.default_rng(0).integers(-5, 50, 200)
    assert distinct(keys).tolist() == np.unique(keys).tolist()
    assert distinct(keys[:0]).size == 0


@pytest.mark.parametrize("most", [1, 7, 1 << 20, 1 << 62])
@pytest.mark.parametrize("dtype", [np.int32, np.int64])
def test_ordered_is_a_stable_argsort(most: int, dtype: type) -> None:
    keys: Array = np.random.default_rng(0).integers(0, min(most, np.iinfo(dtype).max), 300, endpoint=True).astype(dtype)
    np.testing.assert_array_equal(ordered(keys), np.argsort(keys, kind="stable"))
    assert ordered(keys[:0]).size == 0
    assert ordered(keys[:1]).tolist() == [0]


@pytest.mark.parametrize("span", [3, 1 << 40])
def test_combined_numbers_distinct_columns_in_their_order(span: int) -> None:
    rng = np.random.default_rng(1)
    values = rng.integers(-5, 5, (3, 200)) * (span // 3)
    np.testing.assert_array_equal(combined(values), np.unique(values, axis=1, return_inverse=True)[1].ravel())
    assert combined(values[:, :0]).size == 0
