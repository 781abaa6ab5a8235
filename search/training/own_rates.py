"""Mean rates of the neurons of a network: measured_rates on spikes, with_own_rates to be remembered with it."""

from dataclasses import replace

import numpy as np
import torch

from search.data.loader import DataLoader
from search.data.task import Split
from search.network import Network
from search.training.kernels.network import summaries
from search.training.neuron import Surrogate
from search.training.torch_network import TorchNetwork, tensor
from targets.contracts.arrays import Floats
from targets.contracts.own_rates import OwnRates, unlabelled_digest
from targets.contracts.raster import SpikeRaster

_SAMPLES = 256
"""Samples that are run at a time."""
_RULE = Surrogate(1.0)
"""Of gradients, which nobody takes here."""


def measured_rates(network: Network, spikes: SpikeRaster, device: torch.device) -> dict[str, Floats]:
    """Spikes per step that counts, layer -> float64 [neuron], of a network that every input gives these `spikes`.

    Labels are not looked at. InputError for a network that training does not know, one with refractory periods.
    """
    unlabelled = replace(spikes, labels=np.zeros(spikes.samples, np.int32), targets=None)
    model = TorchNetwork.of(network, device)
    weights = {c.name: tensor(c.synapses.weights, device) for c in network.connections}
    inputs = [source.name for source in network.inputs]
    counts = {layer.name: np.zeros(layer.neurons) for layer in network.layers}
    with torch.no_grad():
        for batch in DataLoader.of(device, unlabelled).by_length(_SAMPLES):
            for name, summary in summaries(batch, inputs, model.cells, model.wires(weights), _RULE).items():
                counts[name] += summary.counts.double().sum(0).cpu().numpy()
    return {name: each / max(spikes.counted_steps, 1) for name, each in counts.items()}


def with_own_rates(network: Network, split: Split, device: torch.device) -> Network:
    """The network that remembers the mean rates of its neurons on the train part of `split`."""
    rates = measured_rates(network, split.train, device)
    digest = unlabelled_digest({split.input: split.train})
    return replace(network, own_rates=OwnRates(f"{split.origin.name}, training part", digest, rates))
