"""scaled: a network whose resistances are multiplied by factors, as a repair finds them."""

from dataclasses import replace

from search.network import Network
from targets.contracts.set_point import Rates


def scaled(network: Network, factors: Rates) -> Network:
    """The network with resistances times these factors."""
    return replace(
        network,
        layers=tuple(
            replace(layer, resistance=layer.resistance * factors[layer.name]) if layer.name in factors else layer
            for layer in network.layers
        ),
    )
