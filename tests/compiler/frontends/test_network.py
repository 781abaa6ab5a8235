"""lower: a Network becomes a FloatGraph."""

from collections.abc import Callable

import numpy as np

from compiler.frontends.network import lower
from compiler.text import text
from tests.networks import random_network, tiny_network


def test_lower_golden(golden: Callable[[str, str], None]) -> None:
    golden("lower.txt", text(lower(tiny_network())))


def test_rows_carry_the_gain_of_their_neuron() -> None:
    network = random_network(3)
    graph = lower(network)
    hidden = network.layer("hidden")
    gain = hidden.resistance / (hidden.tau_m * hidden.tau_s)
    before = network.connections[0].synapses.weights
    np.testing.assert_allclose(graph.projections[0].synapses.weights, gain[:, None] * before)


def test_lower_leaves_the_network_as_it_was() -> None:
    network = random_network(4)
    digest = network.digest
    assert lower(network).origin == digest == network.digest
