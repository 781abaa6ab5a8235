import dataclasses

import numpy as np
import pytest
import torch

from search.data.loader import DataLoader
from search.nas.discrete_cost import relative_cost
from search.nas.space import Architecture, random_architecture, sets
from search.settings import on_chip
from search.training.initialize import reinitialize
from tests.search.tiny import TINY, tiny_split


def test_fewer_links_and_a_smaller_fan_in_cost_less() -> None:
    settings, split = on_chip(TINY, "loihi2", 1.0), tiny_split()
    loader = DataLoader.of(torch.device("cpu"), split.valid)
    synapses = dataclasses.replace(settings, search=dataclasses.replace(settings.search, cost_shares=(1.0, 0.0, 0.0)))
    whole = random_architecture(TINY.model, 8, 0, 1)
    motif = whole.motifs["hidden"]
    bare = dataclasses.replace(motif, intra=np.zeros_like(motif.intra), lateral=np.zeros_like(motif.lateral))
    heard = {"hidden": sets(16 // motif.size, 8, 0.25, 0)}
    costs = []
    for each in (whole, Architecture({"hidden": bare}, {}), Architecture({"hidden": bare}, heard)):
        network = each.network(split, TINY.model)
        network = reinitialize(network, loader.batch(np.arange(8)), TINY.start, 0)
        costs.append(relative_cost(network, split, synapses, loader.labels.device))
    assert 1 > costs[0] > costs[1] > costs[2]
    largest = 16 * 8 + 16 * 4 + 16 * (4 + 2)
    assert costs[1] == pytest.approx((16 * 8 + 16 * 4) / largest, rel=1e-3)
    assert costs[2] == pytest.approx((16 * 2 + 16 * 4) / largest, rel=1e-3)
