"""relative_cost: what a network of motifs is expected to need on a chip, as a share of the largest of its space."""

from collections.abc import Collection
from dataclasses import replace

import numpy as np
import torch

from search.data.loader import DataLoader
from search.data.task import Split
from search.motif import Motif
from search.nas.evaluate import firing_rates
from search.nas.hardware_cost import HardwareCost, certain
from search.nas.relaxed_layer import OPTIONS, Choices, RelaxedLayer
from search.network import Network
from search.settings import Settings
from search.training.kernels.network import summaries
from search.training.rules import gradient_rule
from search.training.torch_network import TorchNetwork, tensor

_CERTAIN = 1e4  # an alpha whose softmax is 1


def relative_cost(network: Network, split: Split, settings: Settings, device: torch.device) -> float:
    """Mean of synapses, cores and messages as multiples of those of the largest network, weighed by `cost_shares`.

    Rates are those on the first validation samples. What is not heard of a smaller fan-in saves synapses.
    """
    model = settings.model
    hardware = HardwareCost.of(split, settings)
    hidden = [layer for layer in network.layers if layer.motif is not None]
    rates = _rates(network, [layer.name for layer in hidden], DataLoader.of(device, split.valid), settings)
    space = {each.name: RelaxedLayer.of(each.neurons, model.sizes, model.wiring, device) for each in hidden}
    offered = {name: replace(each, delays=model.delays, late=model.input_delays) for name, each in space.items()}
    found, alpha = {}, {}
    for layer in hidden:
        if layer.motif is not None:
            found[layer.name], alpha[layer.name] = _certain(layer.motif, layer.neurons, device)
    with torch.no_grad():
        largest = hardware.largest(offered, rates)
        mine = hardware.estimate(found, alpha, rates)
        missing = _unheard(network, found)
        mine = type(mine)(mine.synapses - missing, mine.cores, mine.messages)
        return float(mine.relative(largest, settings.search.cost_shares))


def _certain(motif: Motif, neurons: int, device: torch.device) -> tuple[RelaxedLayer, Choices]:
    """A layer whose choices can only be derived to this motif."""
    types = np.concatenate([motif.intra[None], motif.lateral])
    scores = _CERTAIN * (types[..., None] == np.array(OPTIONS))
    delays = [1] * len(types) if motif.delays is None else motif.delays.tolist()
    late = [0] * motif.size if motif.late is None else motif.late.tolist()
    layer = replace(
        RelaxedLayer.of(neurons, [motif.size], motif.wiring, device),
        delays=tuple(sorted(set(delays))),
        late=tuple(sorted(set(late))),
    )
    waits, hears = certain(delays, layer.delays, device), certain(late, layer.late, device)
    kinds = (torch.from_numpy(scores).float().to(device),)
    return layer, Choices(torch.zeros(1, device=device), kinds, (waits,), (hears,))


def _unheard(network: Network, layers: Collection[str]) -> int:
    """Synapses that dense projections into these layers would have more."""
    missing = 0
    widths = {source.name: source.neurons for source in network.inputs}
    widths |= {layer.name: layer.neurons for layer in network.layers}
    for name in layers:
        incoming = [c for c in network.connections if c.target == name and c.source != name]
        missing += widths[name] * widths[incoming[0].source] - sum(c.synapses.weights.size for c in incoming)
    return missing


def _rates(network: Network, names: Collection[str], loader: DataLoader, settings: Settings) -> dict[str, float]:
    """Spikes per step of a neuron of each of these layers, on the first samples of the loader."""
    device = loader.labels.device
    model = TorchNetwork.of(network, device)
    weights = {c.name: tensor(c.synapses.weights, device) for c in network.connections}
    batch = loader.batch(np.arange(min(4 * settings.search.batch, len(loader))))
    inputs = [source.name for source in network.inputs]
    with torch.no_grad():
        told = summaries(batch, inputs, model.cells, model.wires(weights), gradient_rule(settings.training), names)
        return {name: float(firing_rates(told[name], batch).mean()) for name in names}
