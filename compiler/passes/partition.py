"""partition: a hypergraph is cut into cores, between motifs."""

from collections.abc import Callable, Iterator, Sequence
from math import ceil, floor

import numpy as np

from compiler.ir.hypergraph import Hypergraph
from compiler.mapping.partitioning.first_fit import first_fit
from compiler.mapping.partitioning.improve import IMBALANCE, apart, fits_tables, improve
from compiler.mapping.partitioning.kahypar import kahypar
from compiler.mapping.partitioning.loads import Loads, loads
from compiler.mapping.partitioning.metis import enough_units, metis
from compiler.mapping.partitioning.regions import improve_by_regions
from compiler.mapping.partitioning.weights import weights_for
from compiler.mapping.state import Partition
from targets.contracts.arrays import Array
from targets.contracts.chip import ChipSpec

_EXTRA_CORES = 0.05  # over what first fit needs
_TIGHT = 0.015  # a cut with less room gets one core more
_ATTEMPTS = 8
_EQUAL = 1 + 1e-9  # sums of floats that differ by less are the same
_KAHYPAR = 5_000_000  # pins times cores above which METIS cuts alone: Mt-KaHyPar takes longer than all else then
_QUICK, _LONG = 100, 300  # trials of moves per unit for every cut, and for the best

Cutter = Callable[[Hypergraph, Array, int, float, int], Array]


def partition(hypergraph: Hypergraph, chip: ChipSpec, seed: int = 0) -> Partition:
    """Cut `hypergraph` into cores of `chip` so that few messages per step go from core to core.

    What fits one core is left on one. Else the cheapest of several cuts within every limit is taken: index order
    (motifs fill core after core) as it is, and index order, METIS, and where that takes no longer than the rest
    Mt-KaHyPar, each improved by moves of motifs, the cheapest of all by many more; ties go to the earlier in this
    list. METIS is not asked for cores of less than two units. Networks too large for tables (`fits_tables`) are
    improved within regions of cores, index order not at all. A cut for fewer chips is taken before a cheaper one, then
    one whose synaptic operations are even and that is no dearer than index order; none uses over 5 % more cores than
    index order needs, unless that breaks a limit. The same hypergraph and seed give the same cut.

    A motif is split into neurons only where it fits no core; `Partition.split` names these. Where no cut keeps every
    limit, the one that breaks them least is returned and `targets.program.check` says by how much.
    """
    cuts = [loads(hypergraph, np.zeros(hypergraph.units, dtype=np.int64), chip)]
    if cuts[0].excess > 1:
        cuts = list(_cuts(hypergraph, chip, seed))
        cuts.append(_moved(hypergraph, _best(cuts, chip).core_of, chip, _LONG, seed))
    return hypergraph.partition(_renumbered(_best(cuts, chip).core_of))


def _best(cuts: Sequence[Loads], chip: ChipSpec) -> Loads:
    """The cheapest legal cut, the first of those; else the one that breaks limits least.

    An even one goes first where it is no dearer than index order, the first of all.
    """
    most = cuts[0].messages * _EQUAL if cuts[0].excess <= 1 else np.inf

    def rank(cut: Loads) -> tuple[float, ...]:
        even = cut.imbalance <= IMBALANCE and cut.messages <= most
        return (*_faults(cut, chip), not even, cut.messages)

    return min(cuts, key=rank)


def _faults(cut: Loads, chip: ChipSpec) -> tuple[float, int]:
    """What ranks before messages: how far limits are broken, and how many chips are needed."""
    return max(cut.excess, 1.0), ceil(cut.cores / chip.cores.value)


def _cuts(hypergraph: Hypergraph, chip: ChipSpec, seed: int) -> Iterator[Loads]:
    """The cuts to choose from."""
    index = loads(hypergraph, first_fit(hypergraph, chip), chip)
    yield index
    need = float(index.use[:2].sum(axis=1).max())  # cores' worth of neurons and of memory
    alone = loads(hypergraph, np.arange(hypergraph.units), chip).use[[0, 1, 2, 4, 5]]
    if alone.max() > 1 or need > chip.system_cores:
        return
    if fits_tables(hypergraph, index.cores):
        yield _moved(hypergraph, index.core_of, chip, _QUICK, seed)
    most = floor(index.cores * (1 + _EXTRA_CORES))
    if index.excess > 1:
        most = min(hypergraph.units, 2 * most)
    cores = ceil(need)
    if cores < need * (1 + _TIGHT):
        cores += 1
    whole = ceil(hypergraph.units / floor(hypergraph.units / need))  # were all units alike
    cores = max(cores, min(whole, index.cores))
    for cut in _cutters(hypergraph, cores):
        fitted = _fitted(cut, hypergraph, min(cores, most), most, index, chip, seed)
        cores = max(cores, fitted.cores)
        yield fitted


def _cutters(hypergraph: Hypergraph, cores: int) -> Iterator[Cutter]:
    if enough_units(hypergraph, cores):
        yield metis
    if hypergraph.pins.size * cores <= _KAHYPAR:
        yield kahypar


def _fitted(
    cut: Cutter, hypergraph: Hypergraph, cores: int, most: int, index: Loads, chip: ChipSpec, seed: int
) -> Loads:
    """The cut with the fewest cores, from `cores` to `most`, that keeps every limit; else the one nearest to it."""
    tried: list[Loads] = []
    for _ in range(_ATTEMPTS):
        weights, slack = weights_for(hypergraph, index, cores, chip)
        core_of = _renumbered(cut(hypergraph, weights, cores, slack, seed))
        raw, moved = loads(hypergraph, core_of, chip), _moved(hypergraph, core_of, chip, _QUICK, seed)
        tried.append(raw if raw.excess <= 1 < moved.excess else moved)
        if tried[-1].excess <= 1 or cores >= most:
            break
        cores = min(most, max(cores + 1, ceil(cores * min(tried[-1].excess, 1.5))))
    return min(tried, key=lambda cut: max(cut.excess, 1.0))


def _moved(hypergraph: Hypergraph, core_of: Array, chip: ChipSpec, trials: int, seed: int) -> Loads:
    """A cut after moves that save messages, which cost the same from wherever to whatever other core."""
    cores = int(core_of.max()) + 1
    if not fits_tables(hypergraph, cores):  # `_LONG` would take too long; another seed gives other regions
        return loads(hypergraph, improve_by_regions(hypergraph, core_of, chip, _QUICK, seed + trials), chip)
    return loads(hypergraph, improve(hypergraph, core_of, apart(cores), chip, trials, seed), chip)


def _renumbered(core_of: Array) -> Array:
    """Cores numbered by their first unit, without gaps."""
    _, first, inverse = np.unique(core_of, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[inverse.ravel()]
