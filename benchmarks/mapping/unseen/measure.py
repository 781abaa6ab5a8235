"""measured: one unseen network mapped by METIS on motifs and by this mapper."""

import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks import runs
from benchmarks.mapping.measure import by_metis
from benchmarks.mapping.unseen.networks import Unseen, chip, network
from compiler.analysis.traffic import Traffic, traffic
from compiler.mapping.partitioning.first_fit import first_fit
from compiler.mapping.state import ChipMapping, on_one_core, unplaced
from compiler.passes.coarsen import coarsen
from compiler.passes.partition import partition
from compiler.passes.place import place
from compiler.passes.refine import refine
from targets.contracts.errors import InputError


@dataclass(frozen=True)
class UnseenRow:
    """What came of one network.

    cores, metis_cores        cores that the mapper and METIS use
    messages, metis_messages  per step, those from inputs too
    hops, metis_hops          spikes times tiles per step; those of METIS after `place`
    overuse, metis_overuse    largest use of a core over its limit; legal up to 1
    imbalance                 synaptic operations per step of the busiest core over the mean
    heaviest                  operations of the busiest motif over a core's mean
    refined                   messages after `refine` over those before
    seconds                   CPU seconds of coarsen, partition, place and refine
    load                      load average of the machine
    """

    task: Unseen
    cores: int
    metis_cores: int
    messages: float
    metis_messages: float
    hops: float
    metis_hops: float
    overuse: float
    metis_overuse: float
    imbalance: float
    heaviest: float
    refined: float
    seconds: float
    load: float


def measured(task: Unseen) -> UnseenRow:
    """Map one network: METIS on the graph of motifs, with more cores until all limits hold, and `place`; then ours."""
    made, spec = network(task), chip(task)
    start = time.process_time()
    hypergraph = coarsen(made.graph, spec, made.rates)
    found = partition(hypergraph, on_one_core(hypergraph, spec), spec, task.seed)
    placed = place(hypergraph, found, spec, task.seed)
    refined = refine(hypergraph, placed, spec, task.seed)
    seconds = time.process_time() - start
    index = unplaced(hypergraph, first_fit(hypergraph, spec), spec)
    metis = place(hypergraph, by_metis(hypergraph, spec, index, task.seed), spec, task.seed)

    def sent(mapping: ChipMapping) -> Traffic:
        return traffic(made.graph, hypergraph.of_neurons(mapping.core_of), made.rates)

    ours, theirs, events = sent(refined), sent(metis), refined.loads.events
    return UnseenRow(
        task,
        refined.cores,
        metis.cores,
        ours.messages,
        theirs.messages,
        ours.hops(refined.tiles),
        theirs.hops(metis.tiles),
        refined.loads.overuse,
        metis.loads.overuse,
        refined.loads.imbalance,
        float(hypergraph.events.max() / events.mean()),
        refined.loads.messages / placed.loads.messages,
        seconds,
        os.getloadavg()[0],
    )


def measure(tasks: tuple[Unseen, ...], path: Path) -> tuple[UnseenRow, ...]:
    """Measure the tasks that the file at `path` has not; the rows of all of them, in their order."""
    given = [{"task": asdict(task)} for task in tasks]
    rows = runs.chosen(runs.complete(path, given, _row, name=_name), given)
    try:
        return tuple(UnseenRow(**{**row, "task": Unseen(**row["task"])}) for row in rows)
    except TypeError as error:
        raise InputError(
            f"{path} does not hold rows of this benchmark ({error}); name another file, or remove it to begin anew."
        ) from None


def _row(task: runs.Row) -> list[runs.Row]:
    row = asdict(measured(Unseen(**task)))
    return [{key: float(f"{value:.6g}") if isinstance(value, float) else value for key, value in row.items()}]


def _name(task: runs.Task) -> str:
    own = Unseen(**task["task"])
    return f"{own.topology}, k = {own.k}, {own.rates} rates, {own.chip}, seed {own.seed}"
