"""improve: units move between cores until limits are kept, work is even and messages cost little."""

import numpy as np

from compiler.ir.hypergraph import Hypergraph
from compiler.mapping.partitioning.problem import EVENTS
from targets.contracts.arrays import Array
from targets.contracts.chip import ChipSpec

IMBALANCE, BEARABLE = 1.15, 1.49
"""Synaptic operations per step that the busiest core is to have, over the mean: at most; where that costs messages."""
_TABLE = 50_000_000  # entries of a table
HOT = 4.0
"""First temperature, in what a mean unit pays to reach one core at the least price: little is left of the start."""
_COLD = 0.1  # the last


def fits_tables(hypergraph: Hypergraph, cores: int) -> bool:
    """Whether the tables that moves need, [net, core] and [unit, core], are of a bearable size."""
    return max(hypergraph.nets, hypergraph.units) * cores <= _TABLE


def uniform_price(cores: int) -> Array:
    """The price of 1 for every message and of nothing within a core: int64 [core + 1, core]."""
    return 1 - np.eye(cores + 1, cores, dtype=np.int64)


def improve(
    hypergraph: Hypergraph,
    core_of: Array,
    price: Array,
    chip: ChipSpec,
    trials: int,
    seed: int,
    axons_out: Array | None = None,
    imbalance: float = IMBALANCE,
    hot: float = HOT,
) -> Array:
    """Core of every unit, int [unit], after moves of single units; the same input and seed give the same cores.

    `price` int [core + 1, core] is that of one message from core to core, symmetric; its last row is for inputs.
    First units leave cores that break a limit or whose synaptic operations per step exceed `imbalance` times the mean,
    or are exchanged for others. Where every limit of the chip is kept by then, simulated annealing, of about `trials`
    per unit that look at two cores, brings the sum of rate times price down; else what the first part made is returned.
    A lower first temperature `hot` keeps more of the start. No core is emptied. `axons_out` [unit] are output axons
    that a unit has besides those which follow from the hypergraph. Where tables are too large (`fits_tables`) `core_of`
    is returned.
    """
    if not fits_tables(hypergraph, price.shape[1]) or price.shape[1] < 2:
        return core_of
    from compiler.mapping.partitioning.anneal import anneal
    from compiler.mapping.partitioning.legalize import legalize
    from compiler.mapping.partitioning.moves import moves, with_few_told

    problem, state = moves(hypergraph, core_of, price, chip, imbalance, axons_out)
    legalize(problem, state)
    legal = state.core_of.copy()
    if (state.load[:EVENTS] > problem.limit[:EVENTS]).any():
        return legal
    problem, state = with_few_told(hypergraph, problem, state)
    sent = int(problem.rate[problem.home >= 0].sum()) / hypergraph.units
    least = int(price[:-1][price[:-1] > 0].min(initial=price.max(initial=1)))
    if sent and anneal(problem, state, trials * hypergraph.units, hot * sent * least, _COLD * sent * least, seed) > 0:
        return legal
    return np.array(state.core_of)
