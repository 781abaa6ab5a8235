import dataclasses

import numpy as np
import pytest
import torch

from search.data.loader import DataLoader
from search.nas.budget import in_units
from search.nas.candidates import Judge, inherited, repair_units
from search.nas.retraining import Experiment
from search.nas.space import mutated, random_architecture
from search.network import Network
from search.training.initialize import reinitialize
from search.training.own_rates import measured_rates
from targets.contracts.arrays import Floats
from targets.contracts.synapses import dense, with_weights
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


def test_a_repaired_child_spikes_as_often_as_its_parent() -> None:
    split, device = tiny_split(), torch.device("cpu")
    first = DataLoader.of(device, split.train).batch(np.arange(16))
    judge = Judge.of(Experiment(split, TINY, 0, first, {}, lambda phase, stage: None, None))
    parent = judge.fresh(random_architecture(TINY.model, 8, 0, 1).network(split, TINY.model))
    stronger = tuple(
        dataclasses.replace(c, synapses=with_weights(c.synapses, 2 * c.synapses.weights)) for c in parent.connections
    )
    child = dataclasses.replace(parent, connections=stronger)
    spikes = split.train.take(slice(0, TINY.search.batch))

    def far(network: Network) -> float:
        own, now = (measured_rates(each, spikes, device)["hidden"] for each in (parent, network))
        return float(np.abs(own - now).sum())

    repaired = judge.repaired(child, parent, 20)
    assert far(repaired) < 0.3 * far(child)
    assert judge.spent == {"both": 0, "forward": 22 * TINY.search.batch}
    assert repair_units(judge.experiment, 20) == pytest.approx(in_units(split, 0, judge.spent["forward"]))
