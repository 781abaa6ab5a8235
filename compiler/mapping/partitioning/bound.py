"""settled: is what a partitioning sends near to what none can do without?"""

import numpy as np

from compiler.ir.hypergraph import Hypergraph
from compiler.ir.rates import summed
from compiler.mapping.partitioning.improve import IMBALANCE
from compiler.mapping.state import ChipMapping
from targets.contracts.arrays import Floats
from targets.contracts.chip import ChipSpec

_LARGE = 50_000_000  # pins times cores from which on a search takes long
_NEAR = 0.75


def settled(hypergraph: Hypergraph, mapping: ChipMapping, chip: ChipSpec) -> bool:
    """Whether to search no further: the network is large, the mapping legal and even, and others hardly send less.

    That is so between dense layers, where every core hears every neuron: three quarters of the messages are then
    needed whatever the mapping (`least_messages`).
    """
    found = mapping.loads
    fine = found.overuse <= 1 and found.imbalance <= IMBALANCE
    large = hypergraph.pins.size * mapping.cores >= _LARGE
    return large and fine and least_messages(hypergraph, chip) >= _NEAR * found.messages


def least_messages(hypergraph: Hypergraph, chip: ChipSpec) -> float:
    """A lower bound of messages per step: units that listen to a net and do not fit one core are on several.

    Those of a net need as many cores as their neurons and synapses fill, and one of these may be that of the sender.
    """
    filled = np.maximum(
        _filled(hypergraph, hypergraph.neurons / hypergraph.neurons_per_core(chip)),
        _filled(hypergraph, hypergraph.synapse_bits(chip) / (8 * chip.synapse_bytes_per_core.value)),
    )
    cores = np.ceil(filled * (1 - 1e-9))  # shares that fill a core exactly may add up to a bit more
    return float((hypergraph.rate * np.maximum(cores - (hypergraph.home >= 0), 0)).sum())


def _filled(hypergraph: Hypergraph, share: Floats) -> Floats:
    """Cores that the units which listen to each net fill, by the share of a core of each unit."""
    return summed(hypergraph.net_of, share[hypergraph.pins], hypergraph.nets)
