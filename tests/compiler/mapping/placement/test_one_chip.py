"""on_one_chip: the better of two local searches, and what an assignment costs."""

import numpy as np
import pytest

from compiler.mapping.placement.one_chip import assignment_cost, on_one_chip
from tests.compiler.mapping.placement.traffics import mesh, random_traffic, shuffled_chain


def test_cost_is_traffic_times_distance_both_ways() -> None:
    traffic = np.array([[0.0, 2.0], [2.0, 0.0]])
    assert assignment_cost(traffic, mesh(3, 2), np.array([0, 5, 1])) == 2 * 2 * (2 + 1)


@pytest.mark.parametrize("seed", range(3))
def test_a_chain_is_laid_as_a_snake(seed: int) -> None:
    order, traffic = shuffled_chain(12, seed)
    tiles = on_one_chip(traffic, mesh(4, 3), seed).astype(int)
    assert np.abs(np.diff(tiles[order], axis=0)).sum(axis=1).tolist() == [1] * 11


@pytest.mark.parametrize("seed", range(3))
def test_every_core_has_a_tile_of_its_own_and_none_is_farther_than_in_order(seed: int) -> None:
    traffic, slots = random_traffic(10, np.random.default_rng(seed)), mesh(4, 3)
    tiles = on_one_chip(traffic, slots, seed)
    assert len({tuple(tile) for tile in tiles.tolist()}) == 10
    assert assignment_cost(traffic, tiles, np.arange(10)) <= assignment_cost(traffic, slots, np.arange(10))
