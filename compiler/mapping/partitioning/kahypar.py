"""kahypar: partitioning of the hypergraph by Mt-KaHyPar, which minimises messages themselves (KM1)."""

import os
from functools import cache
from typing import Any

import numpy as np

from compiler.ir.hypergraph import Hypergraph
from targets.contracts.arrays import Array

_RATE_STEPS = 100_000  # net weights are whole numbers; the busiest net gets this one
_SEEDS = 1 << 31
_WEIGHT_STEPS = 1_000_000  # and the sum of the unit weights per core is about this one


def kahypar(hypergraph: Hypergraph, weights: Array, cores: int, slack: float, seed: int) -> Array:
    """Core of every unit, int [unit]: at most (1 + slack) times the mean of `weights` [unit] on each of `cores`.

    The deterministic preset: the same seed gives the same cores with any number of threads. Source: Gottesbüren et al.,
    "Scalable High-Quality Hypergraph Partitioning", ACM Transactions on Algorithms 20 (2024).
    """
    import mtkahypar

    indptr, home = hypergraph.indptr, hypergraph.home
    degree = np.diff(indptr)
    net_of = np.repeat(np.arange(hypergraph.nets), degree)
    listens = np.zeros(hypergraph.nets, dtype=bool)
    listens[net_of[hypergraph.pins == home[net_of]]] = True
    crossing = np.flatnonzero((degree + ((home >= 0) & ~listens) > 1) & (hypergraph.rate > 0))
    pins = np.split(hypergraph.pins, indptr[1:-1])
    nets = [
        pins[net].tolist() if listens[net] or home[net] < 0 else [*pins[net].tolist(), int(home[net])]
        for net in crossing.tolist()
    ]
    rates = hypergraph.rate[crossing]
    net_weights = np.maximum(1, np.rint(rates / rates.max(initial=1e-300) * _RATE_STEPS)).astype(np.int64)
    unit_weights = np.maximum(1, np.rint(weights / weights.sum() * cores * _WEIGHT_STEPS)).astype(np.int64)
    machine = _machine()
    context = machine.context_from_preset(mtkahypar.PresetType.DETERMINISTIC)
    context.set_partitioning_parameters(cores, slack, mtkahypar.Objective.KM1)
    mtkahypar.set_seed(seed % _SEEDS)
    given = machine.create_hypergraph(
        context, hypergraph.units, len(nets), nets, unit_weights.tolist(), net_weights.tolist()
    )
    return np.array(given.partition(context).get_partition(), dtype=np.int64)


@cache
def _machine() -> Any:
    """Mt-KaHyPar can be started once in a process; it gets the processors this process may use."""
    import mtkahypar

    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return mtkahypar.initialize(allowed)
