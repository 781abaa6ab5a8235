"""striped: every core gets an equal share of every population."""

import numpy as np

from compiler.ir.hypergraph import Hypergraph
from targets.contracts.arrays import Array


def striped(hypergraph: Hypergraph, cores: int) -> Array:
    """Core of every unit, int [unit]: each population is cut into `cores` parts in index order.

    Where every unit listens to most others, output axons of a core are its neurons times all other cores; they are
    least where neurons that send and those that only listen share cores.
    """
    core_of = np.empty(hypergraph.units, dtype=np.int64)
    for unit_of in hypergraph.unit_of.values():
        first, last = int(unit_of[0]), int(unit_of[-1])
        core_of[first : last + 1] = np.arange(last + 1 - first) * cores // (last + 1 - first)
    return core_of
