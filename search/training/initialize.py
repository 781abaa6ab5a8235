"""reinitialize: Gaussian weights, scaled on a batch so that every layer starts with voltages near its threshold."""

from dataclasses import replace

import numpy as np
import torch

from search.data.loader import Batch
from search.network import Connection, Network
from search.settings import StartSettings
from search.training.kernels.network import traces
from search.training.neuron import Surrogate
from search.training.torch_network import TorchNetwork, link_types, tensor
from targets.contracts.arrays import Array
from targets.contracts.synapses import Sparse, with_weights

_WEIGHTS = 1  # first number of the seed sequence, so that weights and batches never share a stream


def reinitialize(network: Network, batch: Batch, settings: StartSettings, seed: int) -> Network:
    """The network with all weights drawn anew; every input gets the batch's spikes.

    Feed-forward weights are N(0, 1 / links per neuron), then scaled layer by layer so that the voltage without
    spikes and resets has the standard deviation `settings.voltage` over the batch. Recurrent weights have the
    standard deviation recurrence / sqrt(links per neuron) and are not scaled; typed ones take the sign of their link.
    """
    generator = np.random.default_rng((_WEIGHTS, seed))
    network = replace(
        network, connections=tuple(_drawn(network, c, settings.recurrence, generator) for c in network.connections)
    )
    for number in range(len(network.layers)):
        network = _scaled(network, number, batch, settings.voltage)
    return network


def _drawn(network: Network, connection: Connection, recurrence: float, generator: np.random.Generator) -> Connection:
    synapses = connection.synapses
    weights: Array = generator.standard_normal(synapses.weights.shape)
    types = link_types(network, connection)
    links = synapses.weights.size
    if types is not None:
        weights, links = types * np.abs(weights), int(np.count_nonzero(types))
    gain = recurrence if connection.source == connection.target else 1.0
    rows = np.count_nonzero(np.diff(synapses.indptr)) if isinstance(synapses, Sparse) else synapses.shape[0]
    weights = gain * weights / np.sqrt(max(links / max(rows, 1), 1))
    return replace(connection, synapses=with_weights(synapses, weights))


def _scaled(network: Network, number: int, batch: Batch, voltage: float) -> Network:
    """The network with the feed-forward weights of one layer scaled; earlier layers run as they are."""
    device = batch.spikes.device
    layers = [layer.name for layer in network.layers[: number + 1]]
    known = {source.name for source in network.inputs} | set(layers[:-1])
    model = TorchNetwork.of(network, device)
    weights = {c.name: tensor(c.synapses.weights, device) for c in network.connections}
    cells = {name: model.cells[name] for name in layers}
    cells[layers[-1]] = replace(cells[layers[-1]], threshold=torch.full_like(cells[layers[-1]].threshold, torch.inf))
    wires = [wire for wire in model.wires(weights) if wire.target in layers and wire.source in {*known, layers[-1]}]
    with torch.no_grad():
        told = traces(batch, [source.name for source in network.inputs], cells, wires, Surrogate(1.0))
    voltages = told[layers[-1]].voltages[batch.mask[:, :, 0] > 0]
    spread = float(voltages.std()) if voltages.numel() > 1 else 0.0
    if not spread > 0:
        return network
    return replace(
        network,
        connections=tuple(
            replace(c, synapses=with_weights(c.synapses, c.synapses.weights * (voltage / spread)))
            if c.target == layers[-1] and c.source in known
            else c
            for c in network.connections
        ),
    )
