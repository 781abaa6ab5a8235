"""refine: units move between placed cores, so that messages travel few tiles."""

from collections.abc import Iterator
from itertools import chain

import numpy as np

from compiler.ir.hypergraph import Hypergraph
from compiler.mapping.loads import Loads, between, loads
from compiler.mapping.partitioning.bound import settled
from compiler.mapping.partitioning.by_size import by_size
from compiler.mapping.partitioning.first_fit import first_fit
from compiler.mapping.partitioning.improve import BEARABLE, HOT, fits_tables, improve, uniform_price
from compiler.mapping.partitioning.metis import different, enough_units
from compiler.mapping.partitioning.weights import aim, even_weights, weights_for
from compiler.mapping.placement.one_chip import on_one_chip
from compiler.mapping.state import ChipMapping, hops, mapped
from compiler.mapping.tiles import distances, tiles_of
from targets.contracts.chip import ChipSpec
from targets.contracts.errors import InputError

MORE = 0.05
"""Of the messages, which refinement may add where nothing else is said."""
_HOP = 6  # price
_CHEAP = (1, HOT)  # price of a message on top of its hops, and first temperature
_WARM, _COOL = (3, 1.5), (6, 0.5)  # the same where there are too many messages, to keep much of the start and most
_NEAR = 1.1  # candidates may send so much too many until the last
_STARTS = 32  # partitionings that are tried besides the given one
_CORES = 256  # above, there are no starts to choose from, as it takes long to place them, and the fewer trials the more
_WORK = 128_000_000  # pins times cores of all starts together: fewer for large networks, so that time does not run away
_KICKS = 100  # of the placement of a start, after which motifs move anyway
_ROUNDS = ((60, 5), (300, 2))  # trials of moves per unit, and how many of the candidates go on
_LONG = 2_400  # trials of moves per unit for the last of them
_PINS = (
    80  # nets that a unit listens to, on average, from which on there are fewer starts and trials: moves take longer
)


def refine(
    hypergraph: Hypergraph, mapping: ChipMapping, chip: ChipSpec, seed: int = 0, more: float | None = None
) -> ChipMapping:
    """A mapping for which the sum of rate times distance is less; else the given one.

    How cores lie to each other decides more than what motifs move later: on one chip up to 32 partitionings by
    METIS, fewer for large and dense networks and none above 256 cores, are placed, and motifs of each and of the
    given one moved at the price of the way that spikes then travel: of all shortly, of the best longer, of the last
    for long. Distance is counted in tiles along x and y; a message counts as a sixth of a hop on top, or as more
    where there are too many, and then more of the start is kept.

    Messages may grow by the share `more`; where none is given by 5 %, but not above those of the simplest mappings,
    index order and METIS by size, where they are legal. Mappings that break a limit or are more uneven than the given
    one and more than is bearable are left out. A given mapping that breaks a limit, in which no message travels, to
    which moves can hardly do anything (`settled`), or that is too large for tables (`fits_tables`), is returned as it
    is. The same input and seed give the same mapping.
    """
    if more is not None and not more >= 0:
        raise InputError(
            f"refine was told to add a share of {more} of the messages; that must be a number from 0 on, so give "
            f"one, or None for {MORE}."
        )
    illegal = mapping.loads.overuse > 1 or mapping.cores > chip.system_cores
    if illegal or hops(hypergraph, mapping) == 0 or not fits_tables(hypergraph, mapping.cores):
        return mapping
    if settled(hypergraph, mapping, chip):
        return mapping
    index = loads(hypergraph, first_fit(hypergraph, chip), chip)
    plain = by_size(hypergraph, index, chip, seed)
    most, limit = _most(mapping, index, plain, more), aim(hypergraph, mapping.loads)

    def moved(start: ChipMapping, message: int, hot: float, trials: int) -> ChipMapping:
        price = message * uniform_price(start.cores)
        price[:-1] += _HOP * distances(start.tiles)
        trials = int(trials * _leisure(hypergraph)) * _CORES // max(_CORES, start.cores)
        core_of = improve(hypergraph, start.core_of, price, chip, trials, seed, imbalance=limit, hot=hot)
        return mapped(hypergraph, core_of, start.tiles, chip)

    sure = [mapping, moved(mapping, *_COOL, _ROUNDS[-1][0])]
    candidates = [mapping, *_starts(hypergraph, mapping, index, plain, chip, seed)]
    for trials, kept in _ROUNDS if mapping.cores <= _CORES else ():
        found = [moved(each, *_CHEAP, trials) for each in candidates]
        candidates = _best(hypergraph, [*sure, *found], most * _NEAR, limit)[:kept]
    start = candidates[0]
    ways = (_CHEAP, _WARM, _COOL) if start.loads.messages <= most else (_WARM, _COOL)
    last = (moved(start, *way, _LONG) for way in ways)
    long = next((each for each in last if each.loads.messages <= most), mapping)
    return _best(hypergraph, [*sure, start, long], most, limit)[0]


def _most(mapping: ChipMapping, index: Loads, plain: ChipMapping | None, more: float | None) -> float:
    """Messages that a refined mapping may send."""
    given = mapping.loads.messages
    if more is not None:
        return given * (1 + more)
    simple = [each for each in (index, None if plain is None else plain.loads) if each is not None]
    legal = [each.messages for each in simple if each.overuse <= 1]
    return min(given * (1 + MORE), max(given, min(legal, default=np.inf)))


def _starts(
    hypergraph: Hypergraph, mapping: ChipMapping, index: Loads, plain: ChipMapping | None, chip: ChipSpec, seed: int
) -> Iterator[ChipMapping]:
    """Different partitionings by METIS onto no more cores than `mapping` has, placed on one chip."""
    cores = mapping.cores
    if cores > min(_CORES, chip.cores.value) or not enough_units(hypergraph, cores):
        return
    slots = tiles_of(chip, range(chip.cores.value))
    weights, slack = weights_for(hypergraph, index, cores, chip)
    if aim(hypergraph, mapping.loads) == BEARABLE:
        weights, slack = even_weights(hypergraph, index, cores, chip, BEARABLE)
    count = min(_STARTS, _WORK // max(hypergraph.pins.size * cores, 1))
    seeds = range(seed, seed + int(count * _leisure(hypergraph)))
    given = () if plain is None or plain.cores > cores else (plain.core_of,)
    for core_of in chain(given, different(hypergraph, weights, cores, slack, seeds)):
        sent = between(hypergraph, core_of, int(core_of.max()) + 1)
        yield mapped(hypergraph, core_of, on_one_chip(sent + sent.T, slots, seed, _KICKS), chip)


def _leisure(hypergraph: Hypergraph) -> float:
    """Share of the starts and trials that there is time for."""
    return min(1.0, _PINS * hypergraph.units / max(hypergraph.pins.size, 1))


def _best(hypergraph: Hypergraph, candidates: list[ChipMapping], most: float, imbalance: float) -> list[ChipMapping]:
    """Those that keep every limit, are as even as the first and send at most `most` messages, fewest hops first."""
    uneven = max(imbalance, candidates[0].loads.imbalance)

    def fit(found: Loads) -> bool:
        return found.overuse <= 1 and found.messages <= most and found.imbalance <= uneven

    return sorted((each for each in candidates if fit(each.loads)), key=lambda each: hops(hypergraph, each))
