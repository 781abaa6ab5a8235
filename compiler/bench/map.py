"""bench_map: messages, hops, cores and seconds of the mapping, beside three simpler ways to map."""

import resource
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil, isqrt
from typing import TypeVar

import numpy as np

from compiler.bench.annealing import annealed
from compiler.bench.networks import Generated, generated, topologies
from compiler.cutting.first_fit import first_fit
from compiler.cutting.loads import Loads, loads
from compiler.cutting.metis import metis
from compiler.hypergraph import Hypergraph, contract
from compiler.ir import IntGraph
from compiler.mapping import Partition, Placement
from compiler.passes.partition import partition
from compiler.passes.place import place
from compiler.traffic import traffic
from targets.arrays import Array
from targets.chip import ChipSpec, Limit, chip_named

OURS, INDEX, NEURONS, MOTIFS = "motifc", "index order", "METIS neurons", "METIS motifs"
T = TypeVar("T")
_CHIP = "loihi1"
_SPARE = 1.1  # tiles of the mesh over the cores that index order needs
_BASELINES_UP_TO = 200_000  # neurons
_RETRIES = 12
_SLACK = 0.02


@dataclass(frozen=True)
class MapRow:
    """One network mapped in one way.

    cores, messages, hops   messages per step to other cores, those from inputs too; spikes times tiles per step
    excess                  largest fraction of a limit that a core uses; legal up to 1
    imbalance               synaptic operations per step of the busiest core over the mean
    first_fit               cores that index order needs within all limits but output axons
    partition, place        CPU seconds
    peak                    largest memory of the process so far, GiB
    """

    network: str
    neurons: int
    synapses: int
    seed: int
    method: str
    cores: int
    messages: float
    hops: float
    excess: float
    imbalance: float
    first_fit: int
    partition: float
    place: float
    peak: float


def bench_map(
    names: Sequence[str] = (),
    sizes: Sequence[int] = (8_000, 32_000),
    motif_sizes: Sequence[int] = (8,),
    seeds: Sequence[int] = (0, 1, 2),
    progress: Callable[[str], None] = lambda row: None,
) -> tuple[MapRow, ...]:
    """Map every generated network (all topologies where no names are given) in four ways.

    The chip is Loihi 1 with one core per tile, on a mesh as many times wider than high as 9 to 4. The ways are: index
    order, row by row; METIS on the graph of neurons with a place found by annealing (a stand-in for SNEAP,
    arXiv:2004.01639, whose code is not public); METIS on the graph of motifs with `place`; `partition` and `place`.
    METIS gets more cores until all limits hold. Above 200,000 neurons only the first and the last are run. `progress`
    is told each network's name. Raises InputError for what `generated` refuses.
    """
    rows: list[MapRow] = []
    for neurons in sizes:
        for name in names or topologies():
            for k in motif_sizes:
                for seed in seeds:
                    progress(f"{name}, {neurons:,} neurons, k = {k}, seed {seed}")
                    rows += _mapped(generated(name, neurons, k, seed), seed)
    return tuple(rows)


def _mapped(made: Generated, seed: int) -> Iterator[MapRow]:
    """The rows of one network."""
    graph, rates = made.graph, made.rates
    chip = chip_named(_CHIP)
    start = time.process_time()
    hypergraph = contract(graph, chip, rates)
    index = loads(hypergraph, first_fit(hypergraph, chip), chip)
    took = time.process_time() - start
    chip = _mesh(chip, index.cores)

    def row(method: str, counted: Loads, cut: Partition, placed: Placement, seconds: Sequence[float]) -> MapRow:
        return MapRow(
            made.name,
            sum(population.neurons for population in graph.populations),
            int(hypergraph.synapses.sum()),
            seed,
            method,
            counted.cores,
            counted.messages,
            traffic(graph, cut, rates).hops(placed),
            counted.excess,
            counted.imbalance,
            index.cores,
            seconds[0],
            seconds[1],
            resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
        )

    in_order = _partition(hypergraph, index.core_of)
    yield row(INDEX, index, in_order, _row_major(in_order, chip), (took, 0.0))
    if sum(population.neurons for population in graph.populations) <= _BASELINES_UP_TO:
        single = contract(_single(graph), chip, rates)
        (neurons, cut), first = _timed(lambda: _metis(single, chip, index, seed))
        placed, second = _timed(lambda: annealed(traffic(graph, cut, rates).between, _slots(chip, cut), seed))
        yield row(NEURONS, neurons, cut, placed, (first, second))
        (motifs, cut), first = _timed(lambda: _metis(hypergraph, chip, index, seed))
        placed, second = _timed(lambda: place(graph, cut, chip, seed, rates))
        yield row(MOTIFS, motifs, cut, placed, (first, second))
    cut, first = _timed(lambda: partition(graph, chip, seed, rates))
    placed, second = _timed(lambda: place(graph, cut, chip, seed, rates))
    core_of = np.empty(hypergraph.units, dtype=np.int64)
    for name, units in hypergraph.unit_of.items():
        core_of[units] = cut.core_of[name]
    yield row(OURS, loads(hypergraph, core_of, chip), cut, placed, (first, second))


def _metis(hypergraph: Hypergraph, chip: ChipSpec, index: Loads, seed: int) -> tuple[Loads, Partition]:
    """METIS with as many cores as it needs to keep every limit; where it finds none, its last cut."""
    memory = hypergraph.synapses * float(index.use[1].sum() / hypergraph.synapses.sum())
    weights = np.maximum(hypergraph.neurons / chip.neurons_per_core.value, memory)
    cores = ceil(float(index.use[:2].sum(axis=1).max()) * (1 + _SLACK))
    for _ in range(_RETRIES):
        counted = loads(hypergraph, _dense(metis(hypergraph, weights, cores, _SLACK, seed)), chip)
        if counted.excess <= 1:
            break
        cores = max(cores + 1, int(cores * min(counted.excess, 1.2)))
    return counted, _partition(hypergraph, counted.core_of)


def _dense(core_of: Array) -> Array:
    return np.unique(core_of, return_inverse=True)[1].ravel()


def _single(graph: IntGraph) -> IntGraph:
    """The same neurons, none in a motif."""
    return replace(graph, populations=tuple(replace(population, motif_size=1) for population in graph.populations))


def _partition(hypergraph: Hypergraph, core_of: Array) -> Partition:
    return Partition({name: core_of[units] for name, units in hypergraph.unit_of.items()})


def _mesh(chip: ChipSpec, cores: int) -> ChipSpec:
    """The chip with one core per tile and room for somewhat more than `cores`."""
    width = ceil(isqrt(ceil(cores * _SPARE) * 9 * 100 // 4) / 10)
    size = width * ceil(cores * _SPARE / width)
    return replace(
        chip,
        cores=Limit(size, "cores", "this benchmark"),
        cores_per_tile=Limit(1, "cores per tile", "this benchmark"),
        tiles_x=Limit(width, "tiles in a row of the mesh", "this benchmark"),
    )


def _slots(chip: ChipSpec, cut: Partition) -> Array:
    return np.array([chip.position(slot) for slot in range(max(chip.cores.value, cut.cores))], dtype=np.int32)


def _row_major(cut: Partition, chip: ChipSpec) -> Placement:
    return Placement(_slots(chip, cut)[: cut.cores])


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    start = time.process_time()
    done = work()
    return done, time.process_time() - start
