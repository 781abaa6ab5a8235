"""coarsen: motifs become units and equivalent sources nets, all that a mapping has to know."""

from collections.abc import Mapping

import numpy as np

from compiler.ir.graph import IntGraph
from compiler.ir.hypergraph import Hypergraph
from compiler.ir.rates import rates_of, summed
from compiler.mapping.loads import too_large
from targets.contracts.arrays import Array, Floats, Ints
from targets.contracts.chip import ChipSpec
from targets.contracts.numbering import combined, distinct, numbered, offsets

_MIXING = 2**64 // 3  # any fixed seed


def coarsen(graph: IntGraph, chip: ChipSpec, rates: Mapping[str, Floats] | None = None) -> Hypergraph:
    """The hypergraph of `graph` for `chip`: one unit per motif, one net per group of equivalent sources.

    Source neurons of one unit (or inputs) with the same target units are one net, of their summed rate. A motif that
    exceeds a limit of an empty core by itself becomes as many units as it has neurons. `rates` are expected spikes per
    step, name -> [neuron]; where none are given all neurons spike equally often.
    """
    motifs = {p.name: np.arange(p.neurons) // p.motif_size for p in graph.populations}
    first = _built(graph, rates, _stacked(motifs), {})
    large = too_large(first, chip)
    if not large.any():
        return first
    split, units = {}, {}
    for name, unit_of in first.unit_of.items():
        alone = large[unit_of] & (np.bincount(unit_of)[unit_of] > 1)
        if alone.any():
            split[name] = np.unique(motifs[name][alone]).astype(np.int32)
        opens = alone | (np.diff(motifs[name], prepend=-1) > 0)
        units[name] = np.cumsum(opens) - 1
    return _built(graph, rates, _stacked(units), split) if split else first


def _stacked(units: Mapping[str, Array]) -> dict[str, Array]:
    """Units numbered on from one population to the next."""
    stacked, start = {}, 0
    for name, unit_of in units.items():
        stacked[name] = unit_of + start
        start += int(unit_of[-1]) + 1
    return stacked


def _built(
    graph: IntGraph, rates: Mapping[str, Floats] | None, unit_of: Mapping[str, Array], split: Mapping[str, Ints]
) -> Hypergraph:
    """The hypergraph with these units."""
    starts = offsets(graph.inputs, graph.populations)
    outside = sum(part.neurons for part in graph.inputs)
    every = np.concatenate([np.full(outside, -1), *unit_of.values()])
    units = int(every[-1]) + 1
    rate = rates_of(graph, rates)
    synapses, delayed, events = np.zeros(units, dtype=np.int64), np.zeros(units, dtype=np.int64), np.zeros(units)
    longest, keys = 1, [np.empty(0, dtype=np.int64)]
    for projection in graph.projections:
        for pre, post in numbered([projection], starts):
            target = every[post]
            count = np.bincount(target, minlength=units)
            synapses += count
            delayed += count * (projection.delay > 1)
            longest = max(longest, projection.delay)
            events += np.bincount(target, rate[pre], minlength=units)
            keys.append(distinct(pre * units + target))
    source, pin = np.divmod(distinct(np.concatenate(keys)), units)
    pins, indptr, home, width, net_rate = _merged(source, pin, every, rate, units)
    profiles = {"decays": ("du", "dv", "refractory_steps"), "thresholds": ("vth",)}
    pairs = {key: _profiles(graph, unit_of, names) for key, names in profiles.items()}
    return Hypergraph(
        unit_of=unit_of,
        split=split,
        neurons=np.bincount(every[outside:], minlength=units),
        synapses=synapses,
        events=events,
        pins=pins,
        indptr=indptr,
        home=home,
        width=width,
        rate=net_rate,
        delayed=delayed if delayed.any() else None,
        longest=longest,
        **pairs,
    )


def _merged(
    source: Array, pin: Array, every: Array, rate: Floats, units: int
) -> tuple[Array, Array, Array, Array, Floats]:
    """(pins, indptr, home, width, rate) of the nets: sources with the same home and the same pins become one.

    Pins are compared by two 64-bit sums of a random number per unit: two different sets agree in both with a chance
    of 2^-128.
    """
    sources, begin, degree = np.unique(source, return_index=True, return_counts=True)
    if not sources.size:
        none = np.empty(0, dtype=np.int64)
        return none, np.zeros(1, dtype=np.int64), none, none, np.empty(0)
    marks = np.random.default_rng(_MIXING).integers(0, 2**64, (2, units), dtype=np.uint64)
    sums = [np.add.reduceat(mark[pin], begin) for mark in marks]
    home = every[sources]
    order = np.lexsort((sums[1], sums[0], home))
    equal = np.ones(order.size, dtype=bool)  # to the source before it in order
    for values in (home, *sums):
        equal[1:] &= np.diff(values[order]) == 0
    equal[0] = False
    net_of = np.empty(order.size, dtype=np.int64)
    net_of[order] = np.cumsum(~equal) - 1
    kept = order[~equal]
    size = degree[kept]
    indptr = np.concatenate([[0], np.cumsum(size)])
    where = np.repeat(begin[kept] - indptr[:-1], size) + np.arange(indptr[-1])
    return pin[where], indptr, home[kept], np.bincount(net_of), summed(net_of, rate[sources])


def _profiles(graph: IntGraph, unit_of: Mapping[str, Array], names: tuple[str, ...]) -> Array:
    """(unit, profile) pairs, int [2, pair], profiles numbered from 0."""
    values = np.stack([np.concatenate([getattr(p, name) for p in graph.populations]) for name in names])
    profile = combined(values)
    count = int(profile.max()) + 1
    pairs = distinct(np.concatenate(list(unit_of.values())) * count + profile)
    return np.stack(np.divmod(pairs, count))
