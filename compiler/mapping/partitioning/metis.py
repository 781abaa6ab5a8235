"""metis: partitioning of units as a graph, much faster than that of a hypergraph."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np

from compiler.ir.hypergraph import Hypergraph
from compiler.mapping.state import renumbered
from targets.contracts.arrays import Array

if TYPE_CHECKING:
    from scipy.sparse import csr_array


_KNOWN: WeakKeyDictionary[Hypergraph, csr_array] = WeakKeyDictionary()
_SEEDS = 1 << 31
_WEIGHT_STEPS = 10_000
_HEAVY = 1.5  # mean parts from which on a vertex is one of its own
_UFACTOR = 1000  # METIS gives its slack in thousandths


def enough_units(hypergraph: Hypergraph, cores: int) -> bool:
    """Whether METIS is worth asking: where parts have hardly two units it may leave some empty, and writes so."""
    return hypergraph.units >= 2 * cores


def metis(hypergraph: Hypergraph, weights: Array, cores: int, slack: float, seed: int) -> Array:
    """Core of every unit, int [unit]: at most (1 + slack) times the mean of `weights` [unit] on each of `cores`.

    Parts that METIS leaves empty are left out, so that there may be fewer. Units are joined where one listens to the
    other, by the rate that arrives; inputs join nobody. Source: Karypis and Kumar, "A Fast and High Quality Multilevel
    Scheme for Partitioning Irregular Graphs", SIAM Journal on Scientific Computing 20 (1998).
    """
    parts = partition_graph(_links(hypergraph), _whole(weights), cores, slack, seed)
    return np.unique(parts, return_inverse=True)[1].ravel()


def different(
    hypergraph: Hypergraph, weights: Array, cores: int, slack: float, seeds: Iterable[int]
) -> Iterator[Array]:
    """Partitionings as `metis` makes them, one for every seed that gives another than those before.

    Units are shuffled: METIS finds the same for every seed where a graph is too small to be made coarser. Every second
    one is made by recursive bisection, whose parts lie differently to each other.
    """
    links, whole = _links(hypergraph), _whole(weights)
    seen: list[Array] = []
    for seed in seeds:
        order = np.random.default_rng(seed).permutation(hypergraph.units)
        parts = np.empty(hypergraph.units, dtype=np.int64)
        parts[order] = partition_graph(links[order][:, order], whole[order], cores, slack, seed, seed % 2 == 1)
        core_of = renumbered(parts)
        if not any(np.array_equal(core_of, other) for other in seen):
            seen.append(core_of)
            yield core_of


def partition_graph(
    links: csr_array, weights: Array, cores: int, slack: float, seed: int, recursive: bool = False
) -> Array:
    """METIS on a symmetric graph with whole vertex weights: part of every vertex, int [vertex].

    Parts are made all at once, or by `recursive` bisection.
    A vertex much heavier than the mean part of those that are left has a part to itself: METIS would halve what has no
    two halves, write so on stdout, and leave many parts empty.
    """
    heavy = _heavy(weights, cores)
    rest = np.setdiff1d(np.arange(weights.size), heavy)
    parts = np.empty(weights.size, dtype=np.int64)
    parts[heavy] = np.arange(heavy.size)
    part = links if not heavy.size else links[rest][:, rest]
    left = min(cores - heavy.size, max(rest.size // 2, 1))
    parts[rest] = heavy.size + _asked(part, weights[rest], left, slack, seed, recursive)
    return parts


def _heavy(weights: Array, cores: int) -> Array:
    """Vertices, heaviest first, of which each weighs much more than the mean part of itself and all lighter ones."""
    order = np.argsort(-weights, kind="stable")[: cores - 1]
    left = weights.sum() - np.cumsum(weights[order]) + weights[order]
    light = weights[order] * (cores - np.arange(order.size)) <= _HEAVY * left
    return order[: int(np.argmax(light)) if light.any() else order.size]


def _asked(links: csr_array, weights: Array, cores: int, slack: float, seed: int, recursive: bool) -> Array:
    import pymetis

    if cores <= 1:
        return np.zeros(weights.size, dtype=np.int64)
    options = pymetis.Options(seed=seed % _SEEDS, ufactor=max(1, round(slack * _UFACTOR)))
    edge_weights = np.maximum(1, np.rint(links.data / links.data.max(initial=1e-300) * _WEIGHT_STEPS))
    _, parts = pymetis.part_graph(
        cores,
        pymetis.CSRAdjacency(links.indptr.astype(np.int32), links.indices.astype(np.int32)),
        vweights=weights.astype(np.int32),
        eweights=edge_weights.astype(np.int32),
        recursive=recursive,
        options=options,
    )
    return np.asarray(parts, dtype=np.int64)


def _whole(weights: Array) -> Array:
    return np.maximum(1, np.rint(weights / weights.max() * _WEIGHT_STEPS)).astype(np.int64)


def _links(hypergraph: Hypergraph) -> csr_array:
    """Spikes per step between every two units, symmetric, nothing on the diagonal; kept as long as the hypergraph."""
    if hypergraph not in _KNOWN:
        _KNOWN[hypergraph] = _linked(hypergraph)
    return _KNOWN[hypergraph]


def _linked(hypergraph: Hypergraph) -> csr_array:
    from scipy.sparse import coo_array, csr_array

    net_of = hypergraph.net_of
    source = hypergraph.home[net_of]
    joined = (source >= 0) & (source != hypergraph.pins)
    ends = source[joined], hypergraph.pins[joined]
    one_way = coo_array((hypergraph.rate[net_of[joined]], ends), shape=(hypergraph.units, hypergraph.units)).tocsr()
    return csr_array(one_way + one_way.T)
