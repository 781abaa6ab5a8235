"""groups: cores partitioned into as many groups as there are chips."""

import numpy as np
import pytest

from compiler.mapping.placement.groups import groups


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("cores", [15, 20, 21])
def test_groups_keep_within_the_room_of_a_chip(cores: int, seed: int) -> None:
    """Three chips of seven, and twelve cores that talk to each other most."""
    rng = np.random.default_rng(seed)
    one_way = rng.random((cores, cores)) ** 4
    one_way[:12, :12] += 5
    np.fill_diagonal(one_way, 0)
    found = groups(one_way + one_way.T, 3, 7, seed)
    assert np.bincount(found, minlength=3).max() <= 7
    assert found.size == cores


@pytest.mark.parametrize("seed", range(3))
def test_cores_that_talk_much_are_one_group(seed: int) -> None:
    """Four cliques of five cores in mixed order, which talk little to each other."""
    member = np.random.default_rng(seed).permutation(np.arange(20) % 4)
    traffic = np.where(member[:, None] == member[None], 10.0, 0.1)
    np.fill_diagonal(traffic, 0)
    found = groups(traffic, 4, 5, seed)
    assert len(set(zip(member.tolist(), found.tolist(), strict=True))) == 4
