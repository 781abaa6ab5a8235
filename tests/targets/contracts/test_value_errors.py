"""Errors of values, by hand."""

import numpy as np
import pytest

from targets.contracts.value_errors import mean_squared_error, smape


def test_both_errors_by_hand() -> None:
    told, truth = np.array([[1.0, 3.0], [-1.0, 2.0]]), np.array([[1.0, 1.0], [1.0, 6.0]])
    assert mean_squared_error(told, truth) == (0 + 4 + 4 + 16) / 4
    assert smape(told, truth) == pytest.approx(200 * (0 + 2 / 4 + 1 + 4 / 8) / 4)


def test_nothing_told_of_nothing_is_no_error() -> None:
    empty = np.zeros((0, 1))
    assert (mean_squared_error(empty, empty), smape(empty, empty)) == (0.0, 0.0)


def test_zero_against_zero_makes_all_of_it_200_as_in_the_harness() -> None:
    assert smape(np.array([[0.0], [1.0]]), np.array([[0.0], [1.0]])) == 200.0
