"""Repair of networks."""

from dataclasses import replace

import numpy as np
import pytest

from compiler.repair.network import interpreted_rates, network_rates, repair_network
from search.repair.damage import damaged
from search.repair.resistance import scaled
from targets.contracts.damage import Damage
from tests.networks import random_network, random_spikes

INPUTS = {"touch": random_spikes(5, 11, samples=40)}


@pytest.mark.parametrize(("kind", "strength"), [("thresholds", 0.5), ("gains", 0.5), ("prune", 0.3)])
def test_rates_come_back(kind: str, strength: float) -> None:
    network = random_network(2)
    own = network_rates(network, INPUTS)
    hurt = damaged(network, Damage(kind, strength, 1))
    repaired = repair_network(hurt, own, INPUTS)
    before, after = (np.abs(network_rates(each, INPUTS)["hidden"] - own["hidden"]).mean() for each in (hurt, repaired))
    assert after < before / 2
    assert repaired.layer("hidden").threshold.tolist() == hurt.layer("hidden").threshold.tolist()
    assert all(
        np.array_equal(left.dense(), right.dense())
        for left, right in zip(hurt.connections, repaired.connections, strict=True)
    )


def test_a_healthy_network_stays_bit_for_bit() -> None:
    network = random_network(2)
    assert repair_network(network, network_rates(network, INPUTS), INPUTS).digest == network.digest


def test_layers_without_own_rates_stay() -> None:
    network = random_network(2)
    own = {"hidden": np.full(24, 0.5)}
    found = repair_network(network, own, INPUTS, passes=2)
    assert found.layer("answer").resistance.tolist() == network.layer("answer").resistance.tolist()
    assert found.layer("hidden").resistance.tolist() != network.layer("hidden").resistance.tolist()


def test_networks_that_training_does_not_know_are_interpreted() -> None:
    network = random_network(2)
    hidden = network.layer("hidden")
    resting = replace(network, layers=(replace(hidden, refractory=np.full(24, 2)), *network.layers[1:]))
    rates = network_rates(resting, INPUTS)
    assert rates["hidden"].tolist() == interpreted_rates(resting, INPUTS)["hidden"].tolist()
    assert rates["hidden"].max() <= 1 / 3 + 0.05
    assert scaled(network, {}).digest == network.digest
