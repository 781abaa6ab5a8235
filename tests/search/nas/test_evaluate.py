from dataclasses import replace

import numpy as np
import pytest
import torch

from search.data.loader import Batch, DataLoader
from search.nas.evaluate import evaluate_network, evaluate_supernet, firing_rates
from search.nas.relaxation import Draw
from search.nas.supernet import Supernet
from search.network import Connection, Layer, Network
from search.settings import TrainingSettings
from search.training.kernels.loop import Trace
from search.training.plasticity import rate_divergence
from search.training.rules import gradient_rule
from targets.contracts.ports import Input, Readout
from targets.contracts.raster import SpikeRaster
from targets.contracts.synapses import Dense
from tests.search.tiny import TINY, tiny_split

CPU = torch.device("cpu")
LOADER = DataLoader.of(CPU, tiny_split().train)


def test_rates_count_the_steps_of_each_sample_only() -> None:
    spikes = torch.tensor([[[1.0], [1.0]], [[1.0], [0.0]], [[1.0], [0.0]], [[1.0], [0.0]]])  # [time, batch, neuron]
    mask = torch.tensor([[1.0, 1.0], [1.0, 1.0], [0.0, 1.0], [0.0, 1.0]])[:, :, None]
    batch = Batch.of(spikes, mask, torch.tensor([0, 1]))
    assert firing_rates(Trace(spikes, spikes), batch).tolist() == [[1.0], [0.25]]


def test_accuracy_of_a_network_whose_readout_repeats_its_input() -> None:
    one = np.ones(2)
    network = Network(
        (Input("x", 2),),
        (Layer("answer", one, one, one, 0.5 * one, 0 * one),),
        (Connection("copy", "x", "answer", Dense(np.eye(2))),),
        Readout("answer", 2),
    )
    spikes = np.zeros((5, 4, 2), bool)
    spikes[:4, 0, 0] = True  # four samples in which input 0 fires
    spikes[4, :2, 1] = True
    assert network.readout is not None
    loader = DataLoader.of(CPU, SpikeRaster.pack(spikes, labels=[0, 0, 0, 1, 1]))
    for batch in (1, 64):
        figures = evaluate_network(network, network.readout, loader, TrainingSettings(batch=batch, loss="count"))
        assert figures["accuracy"] == pytest.approx(4 / 5)
        # Logits are 10 / 4 per spike: ln(1 + e^-2.5) three times, ln(1 + e^2.5) once, ln(1 + e^-5) once.
        expected = (3 * np.log1p(np.exp(-2.5)) + np.log1p(np.exp(2.5)) + np.log1p(np.exp(-5))) / 5
        assert figures["loss"] == pytest.approx(expected, rel=1e-5)


def test_a_supernet_is_evaluated_on_all_samples_whatever_the_batches() -> None:
    settings = TINY
    supernet = Supernet.of(tiny_split(), LOADER.batch(np.arange(16)), settings, (0, 0, 5))
    figures = evaluate_supernet(supernet, LOADER, settings, Draw())
    whole = LOADER.batch(np.arange(len(LOADER)))
    with torch.no_grad():
        traces = supernet.run(whole, gradient_rule(settings.training), supernet.leaders, Draw())
        rates = firing_rates(traces["hidden"], whole)
        loss = float(supernet.loss(whole, settings, supernet.leaders, Draw()))
    assert figures["loss"] == pytest.approx(loss, rel=1e-5)
    assert figures["hidden.rate"] == pytest.approx(float(rates.mean()), rel=1e-5)
    assert figures["hidden.silent"] == pytest.approx(float((rates.mean(0) * 20 < 1).float().mean()))
    assert figures["rate_kl"] == pytest.approx(float(rate_divergence(rates, 0.2).mean()), rel=1e-5)
    smaller = evaluate_supernet(supernet, LOADER, replace(settings, search=replace(settings.search, batch=3)), Draw())
    assert smaller == pytest.approx(figures, rel=1e-4)
