"""Exchanges: two cores swap their slots."""

import itertools

import numpy as np
import pytest

from compiler.mapping.placement.exchanges import Assignment, descend, exchange
from targets.contracts.arrays import Array


def assignment(seed: int, cores: int, empty: int) -> Assignment:
    """Cores with whole-numbered traffic, and empty slots, on a mesh four tiles wide."""
    rng = np.random.default_rng(seed)
    size = cores + empty
    traffic = np.zeros((size, size))
    traffic[:cores, :cores] = np.triu(rng.integers(0, 9, (cores, cores)), 1)
    traffic += traffic.T
    tiles = np.stack(np.divmod(np.arange(size), 4), axis=1)
    distance = np.abs(tiles[:, None] - tiles[None]).sum(axis=2).astype(np.float64)
    slot_of = rng.permutation(size)
    return Assignment(traffic, distance, slot_of, traffic @ distance[slot_of])


def cost(made: Assignment, slot_of: Array) -> float:
    return float((made.traffic * made.distance[np.ix_(slot_of, slot_of)]).sum()) / 2


@pytest.mark.parametrize("seed", range(3))
def test_an_exchange_costs_what_it_says_and_keeps_the_table_exact(seed: int) -> None:
    made = assignment(seed, 7, 3)
    rng = np.random.default_rng(seed)
    for _ in range(20):
        a, b = rng.choice(10, 2, replace=False).tolist()
        before = cost(made, made.slot_of)
        assert exchange(made, a, b) == cost(made, made.slot_of) - before
        np.testing.assert_array_equal(made.cost_at, made.traffic @ made.distance[made.slot_of])


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("empty", [0, 5])
def test_descending_makes_the_best_exchange_until_none_helps(seed: int, empty: int) -> None:
    made = assignment(seed, 7, empty)
    slot_of, start = made.slot_of.copy(), cost(made, made.slot_of)
    while True:
        options = []
        for a, b in itertools.combinations(range(slot_of.size), 2):
            other = slot_of.copy()
            other[[a, b]] = slot_of[[b, a]]
            options.append((cost(made, other), a, b, other))
        best = min(options, key=lambda option: option[:3])
        if best[0] >= cost(made, slot_of):
            break
        slot_of = best[3]
    assert descend(made) == cost(made, slot_of) - start
    assert made.slot_of.tolist() == slot_of.tolist()
