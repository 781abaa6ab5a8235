"""by_size: METIS by the size of units alone, the simplest partitioning that knows who talks to whom."""

from math import ceil, floor
from weakref import WeakKeyDictionary

from compiler.ir.hypergraph import Hypergraph
from compiler.mapping.loads import Loads
from compiler.mapping.partitioning.averages import enough_cores, full
from compiler.mapping.partitioning.metis import metis
from compiler.mapping.partitioning.weights import sizes
from compiler.mapping.state import ChipMapping, renumbered, unplaced
from targets.contracts.chip import ChipSpec

_KNOWN: WeakKeyDictionary[Hypergraph, dict[tuple[ChipSpec, int], ChipMapping | None]] = WeakKeyDictionary()
EXTRA_CORES = 0.05
"""Cores that a partitioning may use over those that index order needs."""
_SLACK = 0.02
_ATTEMPTS = 4
_UNITS = 8  # per core, below which so little slack leaves METIS no choice


def by_size(hypergraph: Hypergraph, index: Loads, chip: ChipSpec, seed: int) -> ChipMapping | None:
    """Units spread by METIS by their size, on the fewest cores that keep every limit; None where they are too many, or
    units too few.

    Whatever the operations per step of each core: what searches for better must not send more. `index` are the loads of
    index order. What was found is kept as long as the hypergraph, as more than one pass asks for it.
    """
    known = _KNOWN.setdefault(hypergraph, {})
    if (chip, seed) not in known:
        known[chip, seed] = _found(hypergraph, index, chip, seed)
    return known[chip, seed]


def _found(hypergraph: Hypergraph, index: Loads, chip: ChipSpec, seed: int) -> ChipMapping | None:
    weights, most = sizes(hypergraph, index, chip), floor(index.cores * (1 + EXTRA_CORES))
    cores = ceil(float(index.use[:2].sum(axis=1).max()) * (1 + _SLACK))
    for _ in range(_ATTEMPTS):
        if cores > most or hypergraph.units < _UNITS * cores:
            return None
        parts = metis(hypergraph, weights, cores, _SLACK, seed)
        found = unplaced(hypergraph, renumbered(parts), chip)
        if found.loads.overuse <= 1:
            return found
        if full(found.loads) > 1 and enough_cores(hypergraph, found.loads, most + 1) > most:
            return None
        cores = max(cores + 1, int(cores * min(found.loads.overuse, 1.2)))
    return None
