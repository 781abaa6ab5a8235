"""local_search: exchanges of cores until none helps, again and again after kicks."""

import itertools

import numpy as np
import pytest

from compiler.mapping.placement import local_search as module
from compiler.mapping.placement.local_search import local_search, search_chips
from compiler.mapping.placement.one_chip import assignment_cost
from tests.compiler.mapping.placement.traffics import mesh, random_traffic


@pytest.mark.parametrize("seed", range(4))
def test_the_least_of_all_assignments_is_found(seed: int) -> None:
    rng = np.random.default_rng(seed)
    traffic, slots = random_traffic(5, rng), mesh(3, 2)
    found = local_search(traffic, slots, rng.permutation(6), seed)
    assert sorted(found.tolist()) == list(range(6))
    least = min(assignment_cost(traffic, slots, np.array(each)) for each in itertools.permutations(range(6), 5))
    assert assignment_cost(traffic, slots, found) == pytest.approx(least)


@pytest.mark.parametrize("window", [8, 512])
@pytest.mark.parametrize("seed", range(3))
def test_the_cost_falls_and_every_slot_is_used_once(seed: int, window: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WINDOW", window)
    rng = np.random.default_rng(seed)
    traffic, slots, start = random_traffic(20, rng), mesh(6, 4), rng.permutation(24)
    kept = start.copy()
    found = local_search(traffic, slots, start, seed, kicks=20)
    assert start.tolist() == kept.tolist()
    assert sorted(found.tolist()) == list(range(24))
    assert assignment_cost(traffic, slots, found) < assignment_cost(traffic, slots, start)
    assert local_search(traffic, slots, start, seed, kicks=20).tolist() == found.tolist()


@pytest.mark.parametrize("seed", range(3))
def test_searching_chips_keeps_every_core_on_its_chip(seed: int) -> None:
    rng = np.random.default_rng(seed)
    traffic, slots, start = random_traffic(20, rng), mesh(6, 4), rng.permutation(24)
    found = search_chips(traffic, slots, start, 6, seed)
    assert (found // 6).tolist() == (start // 6).tolist()
    assert sorted(found.tolist()) == list(range(24))
    assert assignment_cost(traffic, slots, found) < assignment_cost(traffic, slots, start)
