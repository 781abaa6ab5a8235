"""Places: cores exchange their places by twos."""

import itertools

import numpy as np
import pytest

from compiler.mapping.placement.exchanges import Places, descend, exchange
from targets.contracts.arrays import Array


def places(seed: int, cores: int, empty: int) -> Places:
    """Cores with whole-numbered traffic, and empty places, on a mesh four tiles wide."""
    rng = np.random.default_rng(seed)
    size = cores + empty
    traffic = np.zeros((size, size))
    traffic[:cores, :cores] = np.triu(rng.integers(0, 9, (cores, cores)), 1)
    traffic += traffic.T
    tiles = np.stack(np.divmod(np.arange(size), 4), axis=1)
    distance = np.abs(tiles[:, None] - tiles[None]).sum(axis=2).astype(np.float64)
    at = rng.permutation(size)
    return Places(traffic, distance, at, traffic @ distance[at])


def cost(made: Places, at: Array) -> float:
    return float((made.traffic * made.distance[np.ix_(at, at)]).sum()) / 2


@pytest.mark.parametrize("seed", range(3))
def test_an_exchange_costs_what_it_says_and_keeps_the_table_exact(seed: int) -> None:
    made = places(seed, 7, 3)
    rng = np.random.default_rng(seed)
    for _ in range(20):
        a, b = rng.choice(10, 2, replace=False).tolist()
        before = cost(made, made.at)
        assert exchange(made, a, b) == cost(made, made.at) - before
        np.testing.assert_array_equal(made.if_at, made.traffic @ made.distance[made.at])


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("empty", [0, 5])
def test_descending_makes_the_best_exchange_until_none_helps(seed: int, empty: int) -> None:
    made = places(seed, 7, empty)
    at, start = made.at.copy(), cost(made, made.at)
    while True:
        options = []
        for a, b in itertools.combinations(range(at.size), 2):
            other = at.copy()
            other[[a, b]] = at[[b, a]]
            options.append((cost(made, other), a, b, other))
        best = min(options, key=lambda option: option[:3])
        if best[0] >= cost(made, at):
            break
        at = best[3]
    assert descend(made) == cost(made, at) - start
    assert made.at.tolist() == at.tolist()
