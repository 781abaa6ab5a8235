"""projections: all that leads from one population to the next becomes one projection for each delay."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np

from compiler.frontends.nir.flatten import Flat, Way
from compiler.frontends.nir.maps import Heard, Map, check_finite, synapses
from compiler.frontends.nir.unnest import Tell
from compiler.ir.graph import FloatProjection
from targets.contracts.arrays import Floats
from targets.contracts.fields import LONGEST_NAME
from targets.contracts.synapses import with_weights


@dataclass(frozen=True, eq=False)
class _Part:
    """What one way hears with one delay, and how many delays the way has."""

    way: Way
    delay: int
    heard: Heard
    delays: int


def projections(
    flat: Flat, widths: Mapping[str, int], maps: Mapping[str, Map], tell: Tell
) -> tuple[FloatProjection, ...]:
    """One projection for each way and delay; parallel paths are summed on the way, so that work grows with maps.

    It is named after the maps on its only path where no other projection has that name, else after all nodes on it,
    and where there are several paths after its ends. Its delay is that of the Delays on it. Where populations form a
    loop without any, each projection of it has 1, and `tell` says so of loops of several. The bias of a map rides with
    the first way that the map is on. `widths` are the signals of every input and node of neurons, whose gains are not
    in the weights yet (`gained`).
    """
    wholes: dict[tuple[str, str], Heard] = {}
    biased: set[str] = set()
    for start in dict.fromkeys(way.start for way in flat.ways):
        for end, whole in _reached(start, Heard({0: np.ones(widths[start])}), flat, maps, biased).items():
            wholes[start, end] = whole
    parts = []
    for way in flat.ways:
        whole = wholes[way.start, way.end]
        delays = whole.delays()
        for delay in delays:
            heard = Heard({delay: whole.weights[delay]}, whole.bias if delay == delays[0] else None)
            parts.append(_Part(way, delay, heard, len(delays)))
    loop_of = _loops([part.way for part in parts if not part.delay], tell)
    short = [_joined(way.path or ()) for way in flat.ways]
    names = {(way.start, way.end): _name(way, each, short) for way, each in zip(flat.ways, short, strict=True)}
    found = []
    for part in parts:
        start, end = part.way.start, part.way.end
        name = names[start, end] if part.delays == 1 else _late(names[start, end], part.delay)
        looped = part.delay == 0 and loop_of.get(start, -1) == loop_of.get(end, -2)
        found.append(
            FloatProjection(
                name=name,
                source=start,
                target=end,
                synapses=synapses(name, part.heard.weights[part.delay]),
                delay=1 if looped else part.delay,
                bias=part.heard.bias,
            )
        )
    return tuple(found)


def gained(projection: FloatProjection, gain: Floats) -> FloatProjection:
    """The projection with the gain [neuron] of the neurons at its end; InputError where the product has overflowed."""
    weights = projection.synapses.weights * gain[projection.synapses.row_of()]
    check_finite(projection.name, weights)
    bias = None if projection.bias is None else projection.bias * gain
    return replace(projection, synapses=with_weights(projection.synapses, weights), bias=bias)


def _reached(start: str, one: Heard, flat: Flat, maps: Mapping[str, Map], biased: set[str]) -> dict[str, Heard]:
    """What leads from `start` to every end that it has a way to.

    Maps in `biased` keep their bias to themselves, for it was added on the way from another start; others join them.
    """
    done = {start: one}
    ends = [way.end for way in flat.ways if way.start == start]
    reached: dict[str, Heard] = {}
    for name in (*flat.order, *ends):
        parts = [done[node] for node in flat.before[name] if node in done]
        if not parts:
            continue
        whole = reduce(Heard.plus, parts)
        if name in maps:
            own = maps[name]
            done[name] = whole.through(name, own if name not in biased else Map(own.weights, delay=own.delay))
            biased.add(name)
        elif name in ends:
            reached[name] = whole
        else:
            done[name] = whole
    return reached


def _loops(ways: Sequence[Way], tell: Tell) -> dict[str, int]:
    """Node -> number of the loop without delay that it is on, among those that `ways` join."""
    import networkx as nx

    links: nx.DiGraph[str] = nx.DiGraph((way.start, way.end) for way in ways)
    found: dict[str, int] = {}
    for number, loop in enumerate(nx.strongly_connected_components(links)):
        found |= dict.fromkeys(loop, number)
        if len(loop) > 1:
            names = " and ".join(repr(name) for name in sorted(loop)[:4]) + (" and more" if len(loop) > 4 else "")
            tell(
                f"{names} form a loop without a Delay, in which every edge from neuron to neuron takes 1 step; a "
                "framework that runs one after the other in a step counts fewer, so put Delays where you mean them."
            )
    return found


def _name(way: Way, short: str, taken: Sequence[str]) -> str:
    return short if short and taken.count(short) == 1 else _joined((way.start, *(way.path or ()), way.end))


def _late(name: str, delay: int) -> str:
    """The name of one of several projections that differ in their delay."""
    ending = f" after {delay}"
    return name[: LONGEST_NAME - len(ending)] + ending


def _joined(path: Sequence[str]) -> str:
    """The nodes of a path in one name; of a path too long for a name its ends, and how many lie between."""
    whole = " -> ".join(path)
    if len(whole) <= LONGEST_NAME:
        return whole
    return f"{path[0]} -> {len(path) - 2:,} more -> {path[-1]}"
