"""TorchNetwork: a Network in torch, its wires differentiable functions of the stored weights."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from search.network import Connection, Layer, Network
from search.training.kernels.loop import Places, Wire
from search.training.links import flat_indices
from search.training.neuron import Cells
from targets.contracts.arrays import Array
from targets.contracts.errors import InputError
from targets.contracts.synapses import BlockDiagonal, Dense, with_weights

OUT_OF_REACH = 1e15
"""The threshold of neurons that never spike; the square of the distance to it stays finite in float32."""


@dataclass(frozen=True, eq=False)
class TorchNetwork:
    """A network on a device, without its weights: those are passed in, in the shapes the network stores.

    cells    population -> Cells, float32
    places   connection -> where each stored weight stands in its matrix; none for a matrix that is stored whole
    types    connection of typed links -> 1, -1 or 0 per stored weight
    """

    network: Network
    cells: Mapping[str, Cells]
    places: Mapping[str, Places]
    types: Mapping[str, Tensor]

    @classmethod
    def of(cls, network: Network, device: torch.device) -> "TorchNetwork":
        """The network's structure and parameters on `device`; InputError for a refractory period, which it has not."""
        if resting := [layer.name for layer in network.layers if layer.refractory is not None]:
            raise InputError(
                f"layer {resting[0]!r} has a refractory period; training and its figures know none, so leave it "
                "out, or compile the network and run the program."
            )
        places = {
            c.name: Places(torch.from_numpy(flat_indices(c.synapses)).to(device), c.synapses.shape)
            for c in network.connections
            if not isinstance(c.synapses, Dense)
        }
        types = {c.name: link_types(network, c) for c in network.connections}
        return cls(
            network,
            {layer.name: cells_of(layer, device) for layer in network.layers},
            places,
            {name: tensor(signs, device) for name, signs in types.items() if signs is not None},
        )

    def wires(self, weights: Mapping[str, Tensor]) -> list[Wire]:
        """All connections: type * |weight| where links are typed, the weight itself elsewhere."""
        return self.joined({name: self.signed(weights, name) for name in weights})

    def joined(self, signed: Mapping[str, Tensor]) -> list[Wire]:
        """All connections with stored weights that have their sign."""
        return [
            Wire(c.source, c.target, signed[c.name], c.delay, self.places.get(c.name)) for c in self.network.connections
        ]

    def signed(self, weights: Mapping[str, Tensor], name: str) -> Tensor:
        """The stored weights of a connection: type * |weight| where its links are typed."""
        return self.types[name] * weights[name].abs() if name in self.types else weights[name]

    def with_weights(self, weights: Mapping[str, Tensor]) -> Network:
        """The network with other weights."""
        return replace(
            self.network,
            connections=tuple(
                replace(
                    c,
                    synapses=with_weights(
                        c.synapses, self.signed(weights, c.name).detach().cpu().numpy().astype(np.float64)
                    ),
                )
                for c in self.network.connections
            ),
        )


def cells_of(layer: Layer, device: torch.device) -> Cells:
    """The parameters of a layer as float32 tensors on `device`."""
    keys = ("tau_s", "tau_m", "resistance", "threshold", "bias")
    values = {key: tensor(getattr(layer, key), device) for key in keys}
    if layer.answers == "voltage":
        values["threshold"].fill_(OUT_OF_REACH)
    return Cells(**values)


def link_types(network: Network, connection: Connection) -> Array | None:
    """Types of the links of a connection inside a layer of motifs, in the shape of its weights; else None."""
    motif = network.layer(connection.target).motif
    if motif is None or connection.source != connection.target:
        return None
    inside = isinstance(connection.synapses, BlockDiagonal)
    shared = motif.intra if inside else motif.lateral[motif.directions_at(connection.delay), None]
    return np.broadcast_to(shared, connection.synapses.weights.shape)


def tensor(values: Array, device: torch.device) -> Tensor:
    """A float32 copy of an array on `device`."""
    return torch.from_numpy(np.array(values, dtype=np.float32)).to(device)
