"""Numbers as spikes of the levels that they reach."""

import numpy as np

from search.data.encoders.levels import level_spikes


def test_a_number_is_the_levels_that_it_reaches() -> None:
    spikes = level_spikes(np.array([[0.0, 0.5, 1.0]]), 0.0, 1.0, 4, 1)
    assert spikes.shape == (1, 3, 4)
    assert spikes.sum(axis=2).tolist() == [[0, 2, 4]]


def test_the_second_step_of_a_point_looks_half_a_level_lower() -> None:
    spikes = level_spikes(np.array([[0.05, 0.2, 0.3]]), 0.0, 1.0, 4, 2)
    assert spikes.sum(axis=2).tolist() == [[0, 0, 1, 1, 1, 2]] or spikes.sum(axis=2).tolist() == [[0, 1, 1, 1, 1, 2]]


def test_what_lies_beyond_is_as_the_ends() -> None:
    assert level_spikes(np.array([[-9.0, 9.0]]), 0.0, 1.0, 4, 1).sum(axis=2).tolist() == [[0, 4]]
