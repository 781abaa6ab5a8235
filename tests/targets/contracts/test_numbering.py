"""Global numbers of inputs and populations."""

import numpy as np
import pytest

from targets.contracts.numbering import distinct, numbered, offsets, ranges
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


@pytest.mark.parametrize(
    ("numbers", "runs"), [([], []), ([4], [[4, 4]]), ([0, 1, 2, 5, 3, 4], [[0, 2], [5, 5], [3, 4]])]
)
def test_ranges_are_runs_in_order(numbers: list[int], runs: list[list[int]]) -> None:
    assert ranges(np.array(numbers, np.int32)) == runs
