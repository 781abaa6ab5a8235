"""settle: motifs move between cores that have their places, so that spikes travel few tiles."""

from collections.abc import Mapping

import numpy as np

from compiler.cutting.first_fit import first_fit
from compiler.cutting.improve import improve
from compiler.cutting.loads import Loads, loads
from compiler.hypergraph import Hypergraph, contract
from compiler.ir import IntGraph
from compiler.mapping import Partition, Placement
from targets.arrays import Array, Floats
from targets.chip import ChipSpec

_HOP, _MESSAGES = 6, (1, 24)  # prices: of a hop, and of a message on top, the next one where there are too many
_TRIALS = 1_500  # per motif


def settle(
    graph: IntGraph,
    partition: Partition,
    placement: Placement,
    chip: ChipSpec,
    seed: int = 0,
    rates: Mapping[str, Floats] | None = None,
) -> Partition:
    """The cut again, with motifs moved so that the sum of rate times distance is less and cores stay where they are.

    Distance is counted in tiles along x and y; a message counts as a sixth of a hop on top, or as four where the cut
    would send more messages than index order otherwise. `rates` as in `partition`. Every limit that was kept is
    kept, and a cut that cannot be shortened is returned as it is. The same input and seed give the same cut.
    """
    tiles = placement.tiles.astype(np.int64)
    distance = np.abs(tiles[:, None] - tiles[None]).sum(axis=2)
    if not distance.any():
        return partition
    hypergraph = contract(graph, chip, rates)
    core_of = np.empty(hypergraph.units, dtype=np.int64)
    for name, unit_of in hypergraph.unit_of.items():
        core_of[unit_of] = partition.core_of[name]
    before = loads(hypergraph, core_of, chip)
    index = loads(hypergraph, first_fit(hypergraph, chip), chip)
    most = max(before.messages, index.messages if index.excess <= 1 else np.inf)
    for message in _MESSAGES:
        price = np.vstack([_HOP * distance + message * (1 - np.eye(len(tiles))), np.full(len(tiles), message)])
        after = loads(hypergraph, improve(hypergraph, core_of, price.astype(np.int64), chip, _TRIALS, seed), chip)
        if after.messages <= most and _hops(hypergraph, after, distance) < _hops(hypergraph, before, distance):
            settled = {name: after.core_of[units] for name, units in hypergraph.unit_of.items()}
            return Partition(settled, partition.split)
    return partition


def _hops(hypergraph: Hypergraph, cut: Loads, distance: Array) -> float:
    """Rate times distance of all messages between cores."""
    net_of = np.repeat(np.arange(hypergraph.nets), np.diff(hypergraph.indptr))
    inner = hypergraph.home[net_of] >= 0
    net, core = np.divmod(np.unique(net_of[inner] * cut.cores + cut.core_of[hypergraph.pins[inner]]), cut.cores)
    return float((hypergraph.rate[net] * distance[cut.core_of[hypergraph.home[net]], core]).sum())
