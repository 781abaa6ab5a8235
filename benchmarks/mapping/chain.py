"""compiled: seconds and memory of the whole chain, from a float graph to a checked program."""

import os
import resource
import time
from dataclasses import dataclass

from benchmarks.mapping.measure import mesh
from benchmarks.mapping.networks import float_form, generated
from benchmarks.mapping.plan import Task
from compiler.mapping.partitioning.first_fit import first_fit
from compiler.passes.coarsen import coarsen
from compiler.pipeline import compile_graph
from targets.contracts.chip import chip_named


@dataclass(frozen=True)
class ChainRow:
    """One network compiled: CPU seconds of `compile_graph`, and the largest memory of its process in GiB.

    Generating the float graph is not in `seconds`, but holding it is in `peak`.
    """

    task: Task
    neurons: int
    synapses: int
    cores: int
    seconds: float
    peak: float
    load: float


def compiled(task: Task) -> ChainRow:
    """Compile one network of the plan for Loihi 1 with one core per tile and as many as are needed.

    Rates are assumed equal, as for anybody who gives no data; `legal` has judged the program.
    """
    made = generated(task.topology, task.neurons, task.k, task.seed)
    chip = chip_named("loihi1")
    hypergraph = coarsen(made.graph, chip)
    chip = mesh(chip, int(first_fit(hypergraph, chip).max()) + 1)
    floats = float_form(made.graph, task.seed)
    synapses = int(hypergraph.synapses.sum())
    del made, hypergraph
    start = time.process_time()
    program = compile_graph(floats, chip, task.seed)
    seconds = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return ChainRow(task, program.neurons, synapses, len(program.cores), seconds, peak, os.getloadavg()[0])
