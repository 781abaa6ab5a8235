"""weights: what a partitioner is to spread evenly."""

import numpy as np

from compiler.ir.hypergraph import Hypergraph
from compiler.mapping.loads import Loads
from targets.contracts.arrays import Floats
from targets.contracts.chip import ChipSpec

_ROOM = 0.1  # with this much room on the cores, work is spread rather than size


def weights_for(hypergraph: Hypergraph, index: Loads, cores: int, chip: ChipSpec) -> tuple[Floats, float]:
    """(weight of every unit, slack): what a partitioner is to spread evenly, and how evenly.

    A unit weighs the larger of its share of a core's neurons and of its memory (input axons by their mean); where
    that leaves room on the cores, its synaptic operations per step count as much. `index` are the loads of index order.
    """
    neurons = hypergraph.neurons / chip.neurons_per_core.value
    memory = hypergraph.synapses * float(index.use[1].sum() / max(hypergraph.synapses.sum(), 1))
    size = np.maximum(neurons, memory)
    room = float(cores / size.sum() - 1)
    total = float(hypergraph.events.sum())
    if room < _ROOM or total <= 0:
        return size, min(max(room, 0.003), 0.03)
    return size / size.sum() + hypergraph.events / total, 0.05
