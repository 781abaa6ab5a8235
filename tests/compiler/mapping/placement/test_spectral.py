"""spectral_start: eigenvectors of the traffic lay cores on the mesh."""

import numpy as np
import pytest

from compiler.mapping.placement.one_chip import assignment_cost
from compiler.mapping.placement.spectral import spectral_start
from tests.compiler.mapping.placement.traffics import mesh, shuffled_chain


@pytest.mark.parametrize("seed", range(3))
def test_a_chain_lies_in_its_order_along_a_row(seed: int) -> None:
    order, traffic = shuffled_chain(10, seed)
    slots = spectral_start(traffic, mesh(10, 1))[order].tolist()
    assert slots in (list(range(10)), list(range(9, -1, -1)))


@pytest.mark.parametrize("seed", range(3))
def test_a_torn_mesh_is_put_together_better_than_by_chance(seed: int) -> None:
    """Five by five cores that talk to their neighbours, in mixed order, on a mesh with a row to spare."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(25)
    tiles = mesh(5, 5)[order].astype(int)
    traffic = (np.abs(tiles[:, None] - tiles[None]).sum(axis=2) == 1).astype(float)
    slots = mesh(5, 6)
    found = spectral_start(traffic, slots)
    assert sorted(found.tolist()) == list(range(30))
    chance = np.mean([assignment_cost(traffic, slots, rng.permutation(30)) for _ in range(20)])
    assert assignment_cost(traffic, slots, found) < 0.7 * chance


def test_without_traffic_every_core_has_a_slot() -> None:
    assert sorted(spectral_start(np.zeros((4, 4)), mesh(3, 2)).tolist()) == list(range(6))
