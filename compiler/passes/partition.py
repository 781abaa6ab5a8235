"""partition: the units of a hypergraph get cores, so that few messages go from core to core."""

from collections.abc import Callable, Iterator, Sequence
from math import ceil, floor

import numpy as np

from compiler.ir.hypergraph import Hypergraph
from compiler.mapping.loads import too_large
from compiler.mapping.partitioning.averages import enough_cores, full
from compiler.mapping.partitioning.bound import settled
from compiler.mapping.partitioning.by_size import EXTRA_CORES, by_size
from compiler.mapping.partitioning.first_fit import first_fit
from compiler.mapping.partitioning.improve import BEARABLE, HOT, IMBALANCE, fits_tables, improve, uniform_price
from compiler.mapping.partitioning.kahypar import kahypar
from compiler.mapping.partitioning.metis import enough_units, metis
from compiler.mapping.partitioning.regions import improve_by_regions
from compiler.mapping.partitioning.striped import striped
from compiler.mapping.partitioning.weights import aim, even_weights, lumpy, weights_for
from compiler.mapping.state import ChipMapping, renumbered, unplaced
from targets.contracts.arrays import Array
from targets.contracts.chip import ChipSpec

_EVEN_CORES = 0.15  # over what first fit needs, where work is uneven otherwise
_EVEN_TRIES = 4  # numbers of cores
_TIGHT = 0.015  # a partitioning with less room gets one core more
_ATTEMPTS = 8
_ROOMY = 0.9  # of a limit on average, from which on moves find no room for what is too much
_EQUAL = 1 + 1e-9  # sums of floats that differ by less are equal
_KAHYPAR = 5_000_000  # pins times cores above which METIS works alone: Mt-KaHyPar takes longer than all else then
_QUICK, _LONG = 100, 300  # trials of moves per unit for every candidate, and for the best
_AGAIN = 1.0  # first temperature of a second look at regions

Partitioner = Callable[[Hypergraph, Array, int, float, int], Array]


def partition(hypergraph: Hypergraph, mapping: ChipMapping, chip: ChipSpec, seed: int = 0) -> ChipMapping:
    """Partition `hypergraph` onto cores of `chip` so that few messages per step go from core to core.

    A `mapping` onto one core that keeps every limit is returned as it is. Else the cheapest of several candidates
    within every limit is taken: index order (motifs fill core after core) and METIS by size; index order, METIS, and
    where that takes no longer than the rest Mt-KaHyPar, each improved by moves of motifs; then `mapping` itself; last
    the cheapest of all improved by many more moves. Ties go to the earlier in this list. METIS is not asked for cores
    of less than two units. Networks too large for tables (`fits_tables`) are improved within regions of cores, index
    order not at all; nor is it where it breaks a limit and cores are nearly full on average. Fewer chips go before
    fewer messages, and so do even synaptic operations (1.15 times the mean) where they cost no more messages than the
    first two. Where they do, busy motifs are spread by METIS too, and operations must be bearably even (1.49 times),
    unless one motif has over a quarter of a core's mean. None uses over 5 % more cores than index order needs, or 15 %
    for that, unless fewer break a limit.

    Where no candidate keeps every limit, the one that breaks them least is returned and `targets.program.check` says by
    how much; where a unit breaks one on an empty core, or all need more cores than there are, that is index order, and
    nothing else is tried. Tiles are in the order of cores, for `place` to choose. The same input and seed give the same
    mapping.
    """
    if mapping.cores == 1 and mapping.loads.overuse <= 1:
        return mapping
    index = unplaced(hypergraph, first_fit(hypergraph, chip), chip)
    if _hopeless(hypergraph, index, chip):
        return mapping if mapping.loads.overuse <= 1 else index
    candidates = list(_candidates(hypergraph, index, chip, seed))
    done = any(settled(hypergraph, each, chip) for each in (index, *candidates))
    plain = None if done else by_size(hypergraph, index.loads, chip, seed)
    simple = [index] if plain is None else [index, plain]
    candidates = [*simple, *candidates]
    if mapping.loads.overuse <= 1:
        candidates.append(mapping)
    most = min((each.loads.messages for each in simple if each.loads.overuse <= 1), default=np.inf)
    best = _best(hypergraph, candidates, most, chip)
    if not done and not _even(best, most):
        candidates += _evened(hypergraph, simple, chip, seed)
        best = _best(hypergraph, candidates, most, chip)
    if not settled(hypergraph, best, chip):
        limit = aim(hypergraph, best.loads)
        moved = _moved(hypergraph, best.core_of, chip, _LONG, seed, limit)
        best = _best(hypergraph, [*candidates, moved], most, chip)
    return mapping if best is mapping else unplaced(hypergraph, renumbered(best.core_of), chip)


def _best(hypergraph: Hypergraph, candidates: Sequence[ChipMapping], most: float, chip: ChipSpec) -> ChipMapping:
    """The cheapest legal candidate, the first of those; else the one that breaks limits least.

    An even one goes first where it sends no more than `most` messages, and every bearable one before others where units
    can be spread.
    """

    def rank(candidate: ChipMapping) -> tuple[float, ...]:
        found = candidate.loads
        unbearable = found.imbalance > BEARABLE and not lumpy(hypergraph, found.cores)
        chips = ceil(found.cores / chip.cores.value)
        return max(found.overuse, 1.0), chips, unbearable, not _even(candidate, most), found.messages

    return min(candidates, key=rank)


def _even(mapping: ChipMapping, most: float) -> bool:
    """Whether synaptic operations are even without more than `most` messages, but for rounding."""
    return mapping.loads.imbalance <= IMBALANCE and mapping.loads.messages <= most * _EQUAL


def _hopeless(hypergraph: Hypergraph, index: ChipMapping, chip: ChipSpec) -> bool:
    """Whether no partitioning keeps every limit: a unit breaks one on an empty core, or all need too many cores."""
    return bool(too_large(hypergraph, chip).any() or _need(index) > chip.system_cores)


def _need(index: ChipMapping) -> float:
    """Cores' worth of neurons or of memory, whichever is more."""
    return float(index.loads.use[:2].sum(axis=1).max())


def _candidates(hypergraph: Hypergraph, index: ChipMapping, chip: ChipSpec, seed: int) -> Iterator[ChipMapping]:
    """Partitionings with even synaptic operations, as far as moves can make them so."""
    need = _need(index)
    if index.cores == 1:
        return
    most = floor(index.cores * (1 + EXTRA_CORES))
    plain = index
    if index.loads.overuse > 1:
        most = min(hypergraph.units, 2 * most)
        plain = _in_stripes(hypergraph, ceil(need), most, chip)
        yield plain
    if settled(hypergraph, plain, chip):
        return
    if fits_tables(hypergraph, index.cores) and (index.loads.overuse <= 1 or full(index.loads) < _ROOMY):
        yield _moved(hypergraph, index.core_of, chip, _QUICK, seed)
    cores = ceil(need)
    if cores < need * (1 + _TIGHT):
        cores += 1
    whole = ceil(hypergraph.units / floor(hypergraph.units / need))  # were all units equal
    cores = max(cores, min(whole, index.cores))
    for partitioner in _partitioners(hypergraph, cores):
        fitted = _fitted(partitioner, hypergraph, min(cores, most), most, index, chip, seed)
        cores = max(cores, fitted.cores)
        yield fitted


def _evened(hypergraph: Hypergraph, simple: Sequence[ChipMapping], chip: ChipSpec, seed: int) -> Iterator[ChipMapping]:
    """Partitionings with bearably even synaptic operations, some on more cores but on no more chips.

    Where units are too busy to be spread, no more uneven than the simple ones, of which index order is the first.
    """
    index = simple[0]
    if index.cores == 1 or not fits_tables(hypergraph, index.cores):
        return
    if lumpy(hypergraph, index.cores):
        uneven = (each for each in simple if each.loads.imbalance > BEARABLE)
        yield from (_moved(hypergraph, each.core_of, chip, _QUICK, seed, each.loads.imbalance) for each in uneven)
        return
    yield _moved(hypergraph, index.core_of, chip, _QUICK, seed, BEARABLE)
    room = ceil(index.cores / chip.cores.value) * chip.cores.value
    most = min(max(index.cores + 1, floor(index.cores * (1 + _EVEN_CORES))), room)
    for cores in np.unique(np.linspace(min(ceil(_need(index)), most), most, _EVEN_TRIES).astype(int)).tolist():
        if enough_units(hypergraph, cores):
            weights, slack = even_weights(hypergraph, index.loads, cores, chip, BEARABLE)
            core_of = renumbered(metis(hypergraph, weights, cores, slack, seed))
            yield _moved(hypergraph, core_of, chip, _QUICK, seed, BEARABLE)


def _in_stripes(hypergraph: Hypergraph, cores: int, most: int, chip: ChipSpec) -> ChipMapping:
    """The first of some stripes on `cores` to `most` that keeps every limit; else the last of them."""
    for _ in range(_ATTEMPTS):
        found = unplaced(hypergraph, renumbered(striped(hypergraph, cores)), chip)
        if found.loads.overuse <= 1 or cores >= most:
            break
        cores = _more(cores, most, found)
    return found


def _more(cores: int, most: int, found: ChipMapping) -> int:
    """Cores to try next after a mapping that breaks a limit."""
    return min(most, max(cores + 1, ceil(cores * min(found.loads.overuse, 1.5))))


def _partitioners(hypergraph: Hypergraph, cores: int) -> Iterator[Partitioner]:
    if enough_units(hypergraph, cores):
        yield metis
    if hypergraph.pins.size * cores <= _KAHYPAR:
        yield kahypar


def _fitted(
    partitioner: Partitioner,
    hypergraph: Hypergraph,
    cores: int,
    most: int,
    index: ChipMapping,
    chip: ChipSpec,
    seed: int,
) -> ChipMapping:
    """The partitioning onto the fewest cores, from `cores` to `most`, within every limit; else the nearest to it."""
    tried: list[ChipMapping] = []
    for _ in range(_ATTEMPTS):
        weights, slack = weights_for(hypergraph, index.loads, cores, chip)
        raw = unplaced(hypergraph, renumbered(partitioner(hypergraph, weights, cores, slack, seed)), chip)
        if full(raw.loads) > 1 and cores < most:  # moves would take long, and find no room
            tried.append(raw)
            cores = min(most, max(cores + 1, enough_cores(hypergraph, raw.loads, most)))
            continue
        moved = _moved(hypergraph, raw.core_of, chip, _QUICK, seed)
        tried.append(raw if raw.loads.overuse <= 1 < moved.loads.overuse else moved)
        if tried[-1].loads.overuse <= 1 or cores >= most:
            break
        cores = _more(cores, most, tried[-1])
    return min(tried, key=lambda candidate: max(candidate.loads.overuse, 1.0))


def _moved(
    hypergraph: Hypergraph, core_of: Array, chip: ChipSpec, trials: int, seed: int, imbalance: float = IMBALANCE
) -> ChipMapping:
    """The partitioning after moves that save messages, each of the same price between any two cores."""
    cores = int(core_of.max()) + 1
    if fits_tables(hypergraph, cores):
        found = improve(hypergraph, core_of, uniform_price(cores), chip, trials, seed, imbalance=imbalance)
    else:  # `_LONG` would take too long; another seed gives other regions, and what was found in the first is kept
        hot = HOT if trials == _QUICK else _AGAIN
        found = improve_by_regions(hypergraph, core_of, chip, _QUICK, seed + trials, hot)
    return unplaced(hypergraph, found, chip)
