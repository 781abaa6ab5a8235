"""The chain from Network to Program, on one screen."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from compiler.analysis.calibration import calibrate
from compiler.analysis.quantization import quantization_report
from compiler.assemble import assemble
from compiler.frontends.network import lower
from compiler.ir.graph import FloatGraph
from compiler.mapping.state import on_one_core
from compiler.passes.bounds import bounds
from compiler.passes.coarsen import coarsen
from compiler.passes.fold import fold
from compiler.passes.partition import partition
from compiler.passes.place import place
from compiler.passes.prune import prune
from compiler.passes.quantize import quantize
from compiler.passes.refine import refine
from compiler.passes.retime import retime
from compiler.text import text
from search.network import Network
from targets.contracts.chip import ChipSpec, chip_named
from targets.contracts.raster import SpikeRaster
from targets.program.check import legal
from targets.program.program import Program

Watch = Callable[[str, str], None]
"""Called with the name of a stage and its text, stage after stage."""


def compile_network(
    network: Network,
    chip: str | ChipSpec = "loihi2",
    seed: int = 0,
    calibration: Mapping[str, SpikeRaster] | None = None,
    outputs: Sequence[str] | None = None,
    watch: Watch | None = None,
) -> Program:
    """Compile `network` for a chip, given by name or as a ChipSpec; everything else as in `compile_graph`."""
    return compile_graph(lower(network), chip, seed, calibration, outputs, watch)


def compile_graph(
    graph: FloatGraph,
    chip: str | ChipSpec = "loihi2",
    seed: int = 0,
    calibration: Mapping[str, SpikeRaster] | None = None,
    outputs: Sequence[str] | None = None,
    watch: Watch | None = None,
) -> Program:
    """Compile `graph` for a chip; the same graph, calibration and seed give the same digest.

    `calibration` are spikes of every input: rates and peaks on them decide roundings and mapping. `outputs` are the
    populations that are read; what neither they nor the readout depend on is removed (None: nothing). The program's
    settings tell the seed and, where populations had to be shifted, by how many steps each is late ("latency"); its
    samples are longer by the largest of these, so that nothing of what is read falls off their end.
    Raises InputError with one sentence for every limit of the chip that the network would break.
    """
    spec = chip_named(chip) if isinstance(chip, str) else chip
    tell: Callable[[str, Any], None] = (lambda *_: None) if watch is None else _teller(watch)
    tell("lower", graph)
    retimed = retime(graph)
    tell("retime", retimed.graph)
    floats = fold(retimed.graph)
    tell("fold", floats)
    measured = None if calibration is None else calibrate(floats, calibration)
    rounded = quantize(floats, spec, measured)
    tell("quantize", rounded)
    if watch is not None:
        watch("quantization", quantization_report(floats, rounded, spec).text())
    integers = prune(rounded, outputs).graph
    late = {name: steps for name, steps in retimed.latency.items() if steps}
    last = max((late.get(population.name, 0) for population in integers.populations), default=0)
    integers = replace(integers, steps=integers.steps + last)
    tell("prune", integers)
    del floats, rounded  # of a large network no stage is kept longer than it is needed
    proven = bounds(integers, spec.arithmetic)
    tell("bounds", proven)
    nodes = [part.name for part in integers.inputs] + [part.name for part in integers.populations]
    rates = None if measured is None else {name: measured.rates[name] for name in nodes}
    hypergraph = coarsen(integers, spec, rates)
    tell("coarsen", hypergraph)
    mapping = on_one_core(hypergraph, spec)
    mapping = partition(hypergraph, mapping, spec, seed)
    tell("partition", mapping)
    mapping = place(hypergraph, mapping, spec, seed)
    tell("place", mapping)
    mapping = refine(hypergraph, mapping, spec, seed)
    tell("refine", mapping)
    core_of = hypergraph.of_neurons(mapping.core_of)
    del hypergraph
    settings = {"partition": "fewest messages", "place": "fewest hops", "seed": seed, "calibrated": bool(calibration)}
    if late:
        settings["latency"] = late
    program = assemble(integers, core_of, mapping.tiles, spec, settings, tuple(each.proof for each in proven))
    tell("program", program)
    return legal(program, spec)


def _teller(watch: Watch) -> Callable[[str, Any], None]:
    """Hands on the text of a stage, or of each of its parts."""
    return lambda name, stage: watch(name, "".join(map(text, stage)) if isinstance(stage, tuple) else text(stage))
