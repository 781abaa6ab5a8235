import dataclasses

import numpy as np
import torch

from search.data.loader import DataLoader
from search.nas.candidates import inherited
from search.nas.space import mutated, random_architecture
from search.network import Network
from search.training.initialize import reinitialize
from targets.contracts.arrays import Floats
from targets.contracts.synapses import dense
from tests.search.tiny import TINY, tiny_split

MODEL = dataclasses.replace(TINY.model, delays=(1, 3), input_delays=(0, 2), fan_in=(1.0, 0.5))


def matrix(network: Network, source: str, target: str) -> Floats:
    """All weights from one population to another."""
    found = [dense(c.synapses) for c in network.connections if c.source == source and c.target == target]
    return np.sum(found, axis=0)


def test_children_inherit_what_they_share_with_their_parent() -> None:
    split, device = tiny_split(), torch.device("cpu")
    first = DataLoader.of(device, split.train).batch(np.arange(8))
    generator = np.random.default_rng(1)
    parent = random_architecture(MODEL, 8, 0, 1)
    old = reinitialize(parent.network(split, MODEL), first, TINY.start, 0)
    for _ in range(10):
        child = mutated(parent, MODEL, 8, 0, generator)
        fresh = reinitialize(child.network(split, MODEL), first, TINY.start, 1)
        new = inherited(fresh, old)
        for source, target in (("touch", "hidden"), ("hidden", "hidden"), ("hidden", "readout")):
            mine, theirs, drawn = (matrix(each, source, target) for each in (new, old, fresh))
            shared = (theirs != 0) & (drawn != 0)
            if source == target:
                shared &= theirs * drawn > 0
            assert np.allclose(mine, np.where(shared, theirs, drawn))
