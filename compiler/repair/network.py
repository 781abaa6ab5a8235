"""repair_network: the resistances of a damaged network under which its neurons return to their own rates."""

from collections.abc import Mapping
from importlib.util import find_spec

import numpy as np

from compiler.analysis.interpret import interpret
from compiler.frontends.network import lower
from search.network import Network
from search.repair.resistance import scaled
from targets.contracts.arrays import Floats
from targets.contracts.raster import SpikeRaster
from targets.contracts.set_point import PASSES, Rates, set_point

_SAMPLES = 256
"""Samples that are run at a time."""


def network_rates(network: Network, inputs: Mapping[str, SpikeRaster]) -> dict[str, Floats]:
    """Spikes per step that counts of every neuron, layer -> float64 [neuron]; labels are not looked at.

    By the kernels of training where torch is installed and they know such a network, else by the interpreter.
    """
    if _trainable(network):
        import torch

        from search.training.own_rates import measured_rates

        return measured_rates(network, next(iter(inputs.values())), torch.device("cpu"))
    return interpreted_rates(network, inputs)


def interpreted_rates(network: Network, inputs: Mapping[str, SpikeRaster]) -> dict[str, Floats]:
    """The same by the interpreter, in float64."""
    graph, first = lower(network), next(iter(inputs.values()))
    counts = {layer.name: np.zeros(layer.neurons) for layer in network.layers}
    for start in range(0, first.samples, _SAMPLES):
        piece = {name: raster.take(slice(start, start + _SAMPLES)) for name, raster in inputs.items()}
        for name, raster in interpret(graph, piece).items():
            counts[name] += raster.counts().sum(0)
    return {name: each / max(first.counted_steps, 1) for name, each in counts.items()}


def _trainable(network: Network) -> bool:
    """Whether the kernels of training know such a network and are there."""
    known = len(network.inputs) == 1 and all(layer.refractory is None for layer in network.layers)
    return known and find_spec("torch") is not None


def repair_network(network: Network, own: Rates, inputs: Mapping[str, SpikeRaster], passes: int = PASSES) -> Network:
    """The network with resistances by which the layers in `own` come near to these rates on `inputs`.

    Weights, thresholds and time constants stay. The rule is that of `targets.contracts.set_point`.
    """
    factors = set_point(lambda each: network_rates(scaled(network, each), inputs), own, passes)
    return scaled(network, factors)
