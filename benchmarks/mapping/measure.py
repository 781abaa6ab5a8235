"""mapped: messages, hops, cores and seconds of the mapping, beside three simpler ways to map."""

import os
import resource
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil, isqrt
from typing import TypeVar

import numpy as np

from benchmarks.mapping.annealing import annealed
from benchmarks.mapping.networks import generated
from benchmarks.mapping.plan import Task
from benchmarks.mapping.searched import CHIP as SMALL, searched
from compiler.analysis.traffic import traffic
from compiler.ir.graph import IntGraph
from compiler.ir.hypergraph import Hypergraph
from compiler.mapping.loads import loads
from compiler.mapping.partitioning.first_fit import first_fit
from compiler.mapping.partitioning.metis import metis
from compiler.mapping.state import ChipMapping, on_one_core, unplaced
from compiler.mapping.tiles import tiles_of
from compiler.passes.coarsen import coarsen
from compiler.passes.partition import partition
from compiler.passes.place import place
from compiler.passes.refine import refine
from targets.contracts.arrays import Floats
from targets.contracts.chip import ChipSpec, Limit, chip_named

OURS, INDEX, NEURONS, MOTIFS = "motifc", "index order", "METIS neurons", "METIS motifs"
ASSUMED = "motifc, rates assumed"
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
    inputs                  messages from inputs alone
    overuse                 largest use of a core over its limit; legal up to 1
    imbalance               synaptic operations per step of the busiest core over the mean
    first_fit               cores that index order needs within all limits but output axons
    partition, place        CPU seconds; with `coarsen` in the first and `refine` in the second where they are run
    peak                    largest memory of the process so far, GiB
    load                    load average of the machine
    """

    task: Task
    neurons: int
    synapses: int
    method: str
    cores: int
    messages: float
    inputs: float
    hops: float
    overuse: float
    imbalance: float
    first_fit: int
    partition: float
    place: float
    peak: float
    load: float


def mapped(task: Task) -> tuple[MapRow, ...]:
    """Map one network of the plan in four ways; a searched one in five.

    The chip is Loihi 1, for searched networks the imaginary one of `benchmarks.mapping.searched`, with one core per
    tile on a mesh as many times wider than high as 9 to 4. The ways are: index order, row by row; METIS on the graph of
    neurons with placement by annealing (a stand-in for SNEAP, arXiv:2004.01639, whose code is not public); METIS
    on the graph of motifs with `place`; `partition`, `place` and `refine`. METIS gets more cores until all limits
    hold. Above 200,000 neurons only the first and the last are run. A searched network is mapped with the rates that it
    has on training data, the last time with the rates that are assumed where nobody measured any; what is counted are
    always its rates on test data. Raises InputError for what `generated` refuses.
    """
    if task.kind == "searched":
        found = searched(task.neurons, task.seed)
        return tuple(_rows(task, found.graph, found.training, found.test, chip_named(SMALL)))
    made = generated(task.topology, task.neurons, task.k, task.seed)
    bits = Limit(task.synapse_bits, "bits per synapse", "this benchmark")
    return tuple(_rows(task, made.graph, made.rates, made.rates, replace(chip_named(_CHIP), synapse_bits=bits)))


def _rows(
    task: Task, graph: IntGraph, known: Mapping[str, Floats], true: Mapping[str, Floats], chip: ChipSpec
) -> Iterator[MapRow]:
    """The rows of one network, mapped by its `known` rates and judged by its `true` ones."""
    start = time.process_time()
    hypergraph = coarsen(graph, chip, known)
    index = unplaced(hypergraph, first_fit(hypergraph, chip), chip)
    took = time.process_time() - start
    judge = coarsen(graph, chip, true)
    chip = mesh(chip, index.cores)
    size = sum(population.neurons for population in graph.populations)

    def row(method: str, mapping: ChipMapping, seconds: Sequence[float], judge: Hypergraph = judge) -> MapRow:
        counted = loads(judge, mapping.core_of, chip)
        sent = traffic(graph, judge.of_neurons(mapping.core_of), true)
        return MapRow(
            task,
            size,
            int(hypergraph.synapses.sum()),
            method,
            counted.cores,
            sent.messages,
            float(sent.inputs.sum()),
            sent.hops(mapping.tiles),
            counted.overuse,
            counted.imbalance,
            index.cores,
            seconds[0],
            seconds[1],
            resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
            os.getloadavg()[0],
        )

    yield row(INDEX, unplaced(hypergraph, index.core_of, chip), (took, 0.0))
    if size <= _BASELINES_UP_TO:
        single = coarsen(_single(graph), chip, known)
        flat, first = _timed(lambda: by_metis(single, chip, index, task.seed))
        between = traffic(graph, single.of_neurons(flat.core_of), known).between
        slots = tiles_of(chip, range(max(chip.cores.value, flat.cores)))
        tiles, second = _timed(lambda: annealed(between, slots, task.seed))
        yield row(NEURONS, replace(flat, tiles=tiles), (first, second), coarsen(_single(graph), chip, true))
        whole, first = _timed(lambda: by_metis(hypergraph, chip, index, task.seed))
        placed, second = _timed(lambda: place(hypergraph, whole, chip, task.seed))
        yield row(MOTIFS, placed, (first, second))
    for method, rates in ((OURS, known), (ASSUMED, None)) if task.kind == "searched" else ((OURS, known),):
        units, zeroth = _timed(lambda: coarsen(graph, chip, rates))  # noqa: B023
        found, first = _timed(lambda: partition(units, on_one_core(units, chip), chip, task.seed))  # noqa: B023
        placed, second = _timed(lambda: place(units, found, chip, task.seed))  # noqa: B023
        refined, third = _timed(lambda: refine(units, placed, chip, task.seed))  # noqa: B023
        yield row(method, refined, (zeroth + first, second + third))


def by_metis(hypergraph: Hypergraph, chip: ChipSpec, index: ChipMapping, seed: int) -> ChipMapping:
    """METIS with as many cores as it needs to keep every limit; where it finds none, its last partitioning."""
    memory = hypergraph.synapses * float(index.loads.use[1].sum() / hypergraph.synapses.sum())
    weights = np.maximum(hypergraph.neurons / chip.neurons_per_core.value, memory)
    cores = ceil(float(index.loads.use[:2].sum(axis=1).max()) * (1 + _SLACK))
    for _ in range(_RETRIES):
        found = unplaced(hypergraph, metis(hypergraph, weights, cores, _SLACK, seed), chip)
        if found.loads.overuse <= 1:
            break
        cores = max(cores + 1, int(cores * min(found.loads.overuse, 1.2)))
    return found


def _single(graph: IntGraph) -> IntGraph:
    """The same neurons, none in a motif."""
    return replace(graph, populations=tuple(replace(population, motif_size=1) for population in graph.populations))


def mesh(chip: ChipSpec, cores: int) -> ChipSpec:
    """The chip with one core per tile and room for somewhat more than `cores`."""
    width = ceil(isqrt(ceil(cores * _SPARE) * 9 * 100 // 4) / 10)
    size = width * ceil(cores * _SPARE / width)
    return replace(
        chip,
        chips=Limit(1, "chips", "this benchmark"),
        chips_x=Limit(1, "chips in a row of the mesh", "this benchmark"),
        cores=Limit(size, "cores", "this benchmark"),
        cores_per_tile=Limit(1, "cores per tile", "this benchmark"),
        tiles_x=Limit(width, "tiles in a row of the mesh", "this benchmark"),
    )


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    start = time.process_time()
    done = work()
    return done, time.process_time() - start
