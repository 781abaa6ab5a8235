"""Drawings of told values."""

import numpy as np
import pytest

from motifc.plot.values import values_against_truth, values_in_order
from motifc.regression import Regression

pytest.importorskip("matplotlib", reason="matplotlib is not installed")
FOUND = Regression(np.array([[1.0, 5.0], [2.0, 6.0], [3.0, 7.0]]), np.array([[1.5, 5.5], [2.5, 6.5], [2.0, 8.0]]))


def test_truth_is_a_line_and_what_was_told_points_of_the_first_samples() -> None:
    truth, told = values_in_order(FOUND, 1, 2).get_lines()
    assert np.asarray(truth.get_ydata()).tolist() == [5.5, 6.5]
    assert np.asarray(told.get_ydata()).tolist() == [5.0, 6.0]
    assert (told.get_linestyle(), told.get_marker()) == ("None", "o")


def test_every_sample_is_a_point_beside_the_line_of_equal_values() -> None:
    equal, points = values_against_truth(FOUND).get_lines()
    assert np.array_equal(np.asarray(equal.get_xdata()), np.asarray(equal.get_ydata()))
    assert np.asarray(points.get_xdata()).tolist() == [1.5, 2.5, 2.0]
    assert np.asarray(points.get_ydata()).tolist() == [1.0, 2.0, 3.0]
