"""refine: motifs and tiles are chosen again, together, so that spikes travel few tiles."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from compiler.ir.hypergraph import Hypergraph
from compiler.mapping.partitioning.first_fit import first_fit
from compiler.mapping.partitioning.improve import apart, fits_tables, improve
from compiler.mapping.partitioning.loads import Loads, between, loads
from compiler.mapping.partitioning.metis import enough_units, metis
from compiler.mapping.partitioning.weights import weights_for
from compiler.mapping.placement.one_chip import on_one_chip, tiles_of
from compiler.mapping.state import Partition, Placement
from targets.contracts.arrays import Array
from targets.contracts.chip import ChipSpec

_HOP, _MESSAGES = 6, (1, 24)  # prices: of a hop, and of a message on top, the next one where there are too many
_STARTS = 16  # cuts that are tried besides the given one
_CORES = 256  # above, there are no other starts, as it takes long to place them, and the fewer trials the more cores
_WORK = 128_000_000  # pins times cores of all starts together: fewer for large networks, so that time does not run away
_KICKS = 100  # of the placement of a start, after which motifs move anyway
_ROUNDS = ((60, 3), (300, 1))  # trials of moves per unit, and how many of the cuts go on
_LONG = 1_200  # trials of moves per unit for the last of them


@dataclass(frozen=True, eq=False)
class _Mapped:
    """Loads of a cut, the tile of every core [core, 2] and the sum of rate times distance."""

    loads: Loads
    tiles: Array
    hops: float


def refine(
    hypergraph: Hypergraph, partition: Partition, placement: Placement, chip: ChipSpec, seed: int = 0
) -> tuple[Partition, Placement]:
    """Another cut and its placement, for which the sum of rate times distance is less; else the given ones.

    How cores lie to each other decides more than what motifs move later: on one chip up to 16 cuts by METIS, fewer
    for large networks and none above 256 cores, are placed, and motifs of each and of the given one moved at the price
    of the way that spikes then travel: of all shortly, of the best longer, of the last for long. Distance is counted in
    tiles along x and y; a message counts as a sixth of a hop on top, or as four where the last cut would send too many.
    Cuts that break a limit are left out, as are those that send more messages than both the given cut and index order
    where that is legal. A given cut that breaks a limit, or is too large for tables (`fits_tables`), is returned as it
    is. The same input and seed give the same mapping. `partition` must cut between units.
    """
    given = _mapped(hypergraph, hypergraph.of_units(partition), placement.tiles, chip)
    settled = given.loads.excess > 1 or not _distance(given.tiles).any()
    if settled or not fits_tables(hypergraph, len(given.tiles)):
        return partition, placement
    index = loads(hypergraph, first_fit(hypergraph, chip), chip)
    most = max(given.loads.messages, index.messages) if index.excess <= 1 else np.inf
    cuts = [given, *_starts(hypergraph, given.loads.cores, index, chip, seed)]
    for trials, kept in _ROUNDS:
        moved = [_moved(hypergraph, cut, _MESSAGES[0], trials, chip, seed) for cut in cuts]
        cuts = _best([given, *moved], most)[:kept]
    last = (_moved(hypergraph, cuts[0], message, _LONG, chip, seed) for message in _MESSAGES)
    found = next((cut for cut in last if cut.loads.messages <= most), given)
    best = _best([given, *cuts, found], most)[0]
    if best is given:
        return partition, placement
    return hypergraph.partition(best.loads.core_of), Placement(best.tiles)


def _starts(hypergraph: Hypergraph, cores: int, index: Loads, chip: ChipSpec, seed: int) -> Iterator[_Mapped]:
    """Cuts by METIS into `cores`, placed on one chip."""
    if cores > min(_CORES, chip.cores.value) or not enough_units(hypergraph, cores):
        return
    slots = tiles_of(chip, range(chip.cores.value))
    weights, slack = weights_for(hypergraph, index, cores, chip)
    for each in range(seed, seed + min(_STARTS, _WORK // max(hypergraph.pins.size * cores, 1))):
        core_of = metis(hypergraph, weights, cores, slack, each)
        sent = between(hypergraph, core_of, int(core_of.max()) + 1)
        yield _mapped(hypergraph, core_of, on_one_chip(sent + sent.T, slots, seed, _KICKS), chip)


def _moved(hypergraph: Hypergraph, cut: _Mapped, message: int, trials: int, chip: ChipSpec, seed: int) -> _Mapped:
    """The cut after moves of motifs, cores where they were."""
    distance = _distance(cut.tiles)
    cores = len(distance)
    price = message * apart(cores)
    price[:-1] += _HOP * distance
    trials = trials * _CORES // max(_CORES, cores)
    return _mapped(hypergraph, improve(hypergraph, cut.loads.core_of, price, chip, trials, seed), cut.tiles, chip)


def _best(cuts: list[_Mapped], most: float) -> list[_Mapped]:
    """Those cuts that keep every limit and send no more messages than told, fewest hops first."""
    fit = [cut for cut in cuts if cut.loads.excess <= 1 and cut.loads.messages <= most]
    return sorted(fit, key=lambda cut: cut.hops)


def _mapped(hypergraph: Hypergraph, core_of: Array, tiles: Array, chip: ChipSpec) -> _Mapped:
    hops = between(hypergraph, core_of, len(tiles)) * _distance(tiles)
    return _Mapped(loads(hypergraph, core_of, chip), tiles, float(hops.sum()))


def _distance(tiles: Array) -> Array:
    """Tiles between every two cores, int64 [core, core]."""
    return np.abs(tiles[:, None].astype(np.int64) - tiles[None]).sum(axis=2)
