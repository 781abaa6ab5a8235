"""Quantized: quantization-aware training; forward on a chip's integers, straight-through gradients backward."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from search.network import Connection, Layer, Network
from search.training.kernels.loop import Wire
from search.training.neuron import Cells
from search.training.torch_network import TorchNetwork, tensor
from targets.contracts.arrays import Floats
from targets.contracts.chip import ChipSpec
from targets.contracts.grid import nearest_weights, round_bias, tau_of_du, tau_of_dv
from targets.contracts.profiles import cluster_decays
from targets.contracts.synapses import with_weights
from targets.contracts.thresholds import choose_scales, highest_threshold


@dataclass(frozen=True, eq=False)
class Quantized:
    """A network on the grid of a chip; float weights are passed in and rounded in every forward pass.

    ```
    unit = 2^exponent * threshold / (vth * g)           # what a weight of 1 is worth; g = R / (tau_m tau_s)
    W    = unit * k,   k = W_float / unit rounded to the chip's step and range
    ```
    Gradients pass the rounding as they are. vth is one integer per layer, the exponent one per connection, both by
    the rule of the compiler (targets/contracts/thresholds.py), which finds them again in the trained network. u and v
    stay floats: the chip cuts them at 1 / (64 vth) of a threshold in every step.

    model   the network, its decays and biases to be those of the chip
    scales  "vth.LAYER" and "exponent.CONNECTION", float64 without axes; moved by `follow` only
    """

    model: TorchNetwork
    chip: ChipSpec
    scales: Mapping[str, Tensor]

    @classmethod
    def of(cls, network: Network, weights: Mapping[str, Tensor], chip: ChipSpec, device: torch.device) -> "Quantized":
        """The network on `device`, its scales those that suit `weights`; its decays become those the chip holds."""
        names = [f"vth.{layer.name}" for layer in network.layers]
        names += [f"exponent.{connection.name}" for connection in network.connections]
        scales = {name: torch.ones((), dtype=torch.float64) for name in names}
        made = cls(TorchNetwork.of(with_legal_decays(network, chip), device), chip, scales)
        made.follow(weights)
        return made

    def follow(self, weights: Mapping[str, Tensor]) -> None:
        """Choose all scales anew, for the least squared error of the weights as they are now."""
        network = self.model.with_weights(weights)
        for layer in network.layers:
            incoming = {
                c.name: with_weights(c.synapses, c.synapses.weights * layer.gain[c.synapses.row_of()])
                for c in network.connections
                if c.target == layer.name
            }
            top = highest_threshold(self.chip)
            chosen = choose_scales(layer.threshold, incoming, 1, top, self.chip, {})
            self.scales[f"vth.{layer.name}"].fill_(int(chosen.vth[0]))
            for name, exponent in chosen.exponents.items():
                self.scales[f"exponent.{name}"].fill_(exponent)

    @property
    def cells(self) -> Mapping[str, Cells]:
        """Population -> Cells with the biases of the chip."""
        return {
            layer.name: replace(cells, bias=tensor(self._bias(layer), cells.bias.device))
            for layer, cells in zip(self.model.network.layers, self.model.cells.values(), strict=True)
        }

    def wires(self, weights: Mapping[str, Tensor]) -> list[Wire]:
        """All connections with rounded weights; differentiable as `TorchNetwork.wires` is."""
        straight = {}
        for connection in self.model.network.connections:
            exact = self.model.signed(weights, connection.name)
            rounded = self._integers(connection, exact) * self._unit(connection, exact)
            # What is added is zero, and carries the gradient.
            straight[connection.name] = rounded.detach() + (exact - exact.detach())
        return self.model.joined(straight)

    def with_weights(self, weights: Mapping[str, Tensor]) -> Network:
        """The network with the rounded weights and biases; its settings name the chip under "grid"."""
        network = self.model.network
        connections = []
        for connection in network.connections:
            exact = self.model.signed(weights, connection.name).detach()
            integers = self._integers(connection, exact).cpu().numpy().astype(np.float64)
            rounded = with_weights(connection.synapses, integers * self._units(connection))
            connections.append(replace(connection, synapses=rounded))
        layers = tuple(replace(layer, bias=self._bias(layer)) for layer in network.layers)
        settings = {**network.settings, "grid": self.chip.name}
        return replace(network, layers=layers, connections=tuple(connections), settings=settings)

    def _integers(self, connection: Connection, exact: Tensor) -> Tensor:
        """The weights in units, each on the grid: floating point, but whole."""
        return nearest_weights(exact / self._unit(connection, exact), self.chip)

    def _unit(self, connection: Connection, like: Tensor) -> Tensor:
        return tensor(self._units(connection), like.device)

    def _units(self, connection: Connection) -> Floats:
        """What a weight of 1 is worth: float64, broadcasts against the stored weights."""
        layer = self.model.network.layer(connection.target)
        vth, exponent = self._scale(layer), float(self.scales[f"exponent.{connection.name}"])
        units: Floats = (2.0**exponent / (vth * layer.gain))[connection.synapses.row_of()]
        return units

    def _bias(self, layer: Layer) -> Floats:
        """The biases that the chip adds, in the units of the layer."""
        scale = self._scale(layer) * (1 << self.chip.arithmetic.align_bits)
        bits, exponent = self.chip.bias_mantissa_bits.value, self.chip.bias_exponent_max.value
        return round_bias(layer.bias * scale, bits, exponent) / scale

    def _scale(self, layer: Layer) -> Floats:
        """Integer threshold over threshold: float64 [neuron]."""
        return float(self.scales[f"vth.{layer.name}"]) / layer.threshold


def with_legal_decays(network: Network, chip: ChipSpec) -> Network:
    """The network with time constants that the chip holds; R moves with them so that every gain stays."""
    constants = {layer.name: (layer.tau_s, layer.tau_m) for layer in network.layers}
    decays = cluster_decays(constants, chip.decay_profiles_per_core.value, chip.arithmetic)
    layers = []
    for layer in network.layers:
        du, dv = decays[layer.name]
        tau_s = tau_of_du(du, chip.arithmetic)
        tau_m = np.where(
            dv > 0, tau_of_dv(dv, chip.arithmetic), layer.tau_m
        )  # without a leak any long time constant is as good
        layers.append(replace(layer, tau_s=tau_s, tau_m=tau_m, resistance=layer.gain * tau_s * tau_m))
    return replace(network, layers=tuple(layers))
