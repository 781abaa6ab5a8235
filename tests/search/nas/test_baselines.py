"""Baselines with the same rights: their neurons, links and delays."""

import dataclasses

import numpy as np
import pytest

from search.nas.baselines import LINKS, equal_synapses, plain, random_late, recurrent, sparse
from search.nas.space import random_architecture
from search.network import Network
from search.settings import ModelSettings
from tests.search.tiny import tiny_split

MODEL = ModelSettings(neurons=(32,), sizes=(2, 4, 8), readout_neurons=2, delays=(1, 2, 4), input_delays=(0, 3, 9))


def synapses(network: Network) -> int:
    """Links that may hold a weight: types of motifs are counted once per motif."""
    total = 0
    for c in network.connections:
        motif = network.layer(c.target).motif
        if c.source != c.target or motif is None:
            total += c.synapses.weights.size
    return total + sum(
        layer.motif.links * layer.neurons // layer.motif.size for layer in network.layers if layer.motif is not None
    )


@pytest.mark.parametrize("fan_in", [(1.0,), (1.0, 0.5)])
def test_equal_synapses_are_at_most_those_of_random_motifs(fan_in: tuple[float, ...]) -> None:
    model, split = dataclasses.replace(MODEL, fan_in=fan_in), tiny_split()
    drawn = [synapses(random_architecture(model, 8, seed, 1).network(split, model)) for seed in range(60)]
    smaller = equal_synapses(split, model)
    assert smaller.neurons[0] < 32
    mine = synapses(recurrent(plain(split, smaller), smaller, 2))
    assert mine <= np.mean(drawn) * 1.03
    larger = dataclasses.replace(smaller, neurons=(smaller.neurons[0] + 1,))
    assert synapses(recurrent(plain(split, larger), larger, 2)) > np.mean(drawn) * 0.95


def test_sparse_links_are_as_many_for_every_neuron_and_of_every_delay() -> None:
    network = sparse(plain(tiny_split(), MODEL, random_late(MODEL, 0)), MODEL, 0)
    own = [c for c in network.connections if c.source == c.target]
    assert {c.delay for c in own} == {1, 2, 4}
    into = sum(np.bincount(c.synapses.row_of(), minlength=32) for c in own)
    assert np.array_equal(into, np.full(32, LINKS))
    fed = {c.delay for c in network.connections if c.target == "hidden" and c.source != "hidden"}
    assert fed == {1, 4, 10}


def test_no_more_links_than_neurons() -> None:
    small = dataclasses.replace(MODEL, neurons=(4,), sizes=(2,))
    own = [c for c in sparse(plain(tiny_split(), small), small, 0).connections if c.source == c.target]
    assert sum(c.synapses.weights.size for c in own) == 16
