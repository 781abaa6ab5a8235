"""weights: what a partitioner is to spread evenly."""

import numpy as np

from compiler.ir.hypergraph import Hypergraph
from compiler.mapping.loads import Loads
from compiler.mapping.partitioning.improve import BEARABLE, IMBALANCE
from targets.contracts.arrays import Floats
from targets.contracts.chip import ChipSpec

_LUMP = 0.25  # of the mean operations of a core
_SLACKS = (0.003, 0.03)
_ROOM = 0.1  # with this much room on the cores, work is spread rather than size


def weights_for(hypergraph: Hypergraph, index: Loads, cores: int, chip: ChipSpec) -> tuple[Floats, float]:
    """(weight of every unit, slack): what a partitioner is to spread evenly, and how evenly.

    A unit weighs the larger of its share of a core's neurons and of its memory (input axons by their mean); where
    that leaves room on the cores, its synaptic operations per step count as much. `index` are the loads of index order.
    """
    size = sizes(hypergraph, index, chip)
    room = float(cores / size.sum() - 1)
    total = float(hypergraph.events.sum())
    if room < _ROOM or total <= 0:
        return size, float(np.clip(room, *_SLACKS))
    return size / size.sum() + hypergraph.events / total, 0.05


def even_weights(
    hypergraph: Hypergraph, index: Loads, cores: int, chip: ChipSpec, imbalance: float
) -> tuple[Floats, float]:
    """(weight of every unit, slack) where busy units are spread over more cores than their size needs.

    A unit weighs the larger of its size and of its share of `imbalance` times a core's mean operations: parts that
    weigh 1 or less keep both limits.
    """
    share = hypergraph.events / max(imbalance * float(hypergraph.events.sum()) / cores, 1e-300)
    weights = np.maximum(sizes(hypergraph, index, chip), share)
    return weights, float(np.clip(cores / weights.sum() - 1, *_SLACKS))


def sizes(hypergraph: Hypergraph, index: Loads, chip: ChipSpec) -> Floats:
    """Share of a core's neurons or of its memory that each unit takes, the larger; input axons by their mean."""
    neurons = hypergraph.neurons / hypergraph.neurons_per_core(chip)
    bits = hypergraph.synapse_bits(chip)
    memory = bits * float(index.use[1].sum() / max(bits.sum(), 1))
    return np.asarray(np.maximum(neurons, memory))


def lumpy(hypergraph: Hypergraph, cores: int) -> bool:
    """Whether one unit has so many operations that cores can hardly be even, whatever goes where."""
    return bool(hypergraph.events.max(initial=0.0) * cores > _LUMP * hypergraph.events.sum())


def aim(hypergraph: Hypergraph, found: Loads) -> float:
    """Operations of the busiest core over the mean that moves are to reach or keep, from those of a partitioning.

    What is bearable is kept where units can be spread, else moves try for more; what is not gets no worse.
    """
    if found.imbalance > BEARABLE:
        return found.imbalance
    return IMBALANCE if found.imbalance <= IMBALANCE or lumpy(hypergraph, found.cores) else BEARABLE
