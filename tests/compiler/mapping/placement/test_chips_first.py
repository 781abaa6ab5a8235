"""chips_first: cores get chips, then a first slot on their chip."""

import numpy as np
import pytest

from compiler.mapping.placement.chips_first import chips_first
from tests.compiler.mapped import system
from tests.compiler.mapping.placement.traffics import random_traffic


@pytest.mark.parametrize("cores", [7, 12, 20])
@pytest.mark.parametrize("seed", range(2))
def test_every_core_has_a_slot_on_the_fewest_chips(cores: int, seed: int) -> None:
    chip = system()
    slots, slot_of = chips_first(random_traffic(cores, np.random.default_rng(seed)), chip, seed)
    count = -(-cores // 6)
    assert sorted(slot_of.tolist()) == list(range(6 * count)) == list(range(len(slots)))
    chips = [{chip.chip_at(*tile) for tile in part.tolist()} for part in slots.reshape(count, 6, 2)]
    assert all(len(found) == 1 for found in chips)
    assert len(set.union(*chips)) == count


def test_groups_that_talk_share_a_chip() -> None:
    member = np.random.default_rng(0).permutation(np.arange(18) % 3)
    traffic = np.where(member[:, None] == member[None], 10.0, 0.1)
    np.fill_diagonal(traffic, 0)
    _, slot_of = chips_first(traffic, system(), 0)
    chip_of = slot_of[:18] // 6
    assert len(set(zip(member.tolist(), chip_of.tolist(), strict=True))) == 3
