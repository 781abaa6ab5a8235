"""Rates of the kernels of training, and what a trained network remembers."""

from dataclasses import replace

import numpy as np
import torch

from compiler.repair.network import interpreted_rates, network_rates
from search.data.task import Split
from search.settings import Settings, TrainingSettings
from search.training.own_rates import measured_rates
from search.training.train import train
from targets.contracts.own_rates import unlabelled_digest
from tests.networks import labelled_spikes, random_network, random_spikes


def test_the_kernels_count_what_the_interpreter_counts() -> None:
    network, spikes = random_network(1), random_spikes(1, 11, samples=300)
    spikes = replace(spikes, lengths=np.random.default_rng(0).integers(1, 31, 300).astype(np.int32))
    told = measured_rates(network, spikes, torch.device("cpu"))
    plain = interpreted_rates(network, {"touch": spikes})
    for name, rates in plain.items():
        assert rates.max() > 0
        assert np.allclose(told[name], rates, atol=2e-3)
    assert network_rates(network, {"touch": spikes}).keys() == plain.keys()


def test_training_remembers_rates_of_the_train_part() -> None:
    spikes = labelled_spikes(0, 11, 30)
    split = Split(spikes.take(slice(20)), spikes.take(slice(20, 25)), spikes.take(slice(25, 30)), 3, "touch")
    trained = train(random_network(0), split, Settings(training=TrainingSettings(epochs=1)), 0, "cpu")
    own = trained.own_rates
    assert own is not None
    assert own.digest == unlabelled_digest({"touch": replace(split.train, labels=None)})
    expected = interpreted_rates(trained, {"touch": split.train})
    assert np.allclose(own.rates["hidden"], expected["hidden"], atol=2e-3)
