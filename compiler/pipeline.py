"""The chain from Network to Program, on one screen."""

from collections.abc import Callable, Mapping, Sequence

from compiler.analysis.calibration import calibrate
from compiler.analysis.causes import Strayed, causes
from compiler.analysis.quantization import quantization_report
from compiler.analysis.reference import refer
from compiler.analysis.together import rounded_together
from compiler.assemble import assemble
from compiler.faithfulness import KEY, Faithfulness
from compiler.frontends.network import lower
from compiler.ir.graph import FloatGraph
from compiler.losses import losses
from compiler.mapping.refusal import refuse
from compiler.mapping.state import on_one_core
from compiler.observer import Observer, Watch
from compiler.passes.bounds import bounds
from compiler.passes.coarsen import coarsen
from compiler.passes.fold import fold
from compiler.passes.partition import partition
from compiler.passes.place import place
from compiler.passes.prune import prune
from compiler.passes.quantize import quantize
from compiler.passes.refine import refine
from compiler.passes.retime import retime
from compiler.passes.split import split
from compiler.realize import realize, told_substitutes
from search.network import Network
from targets.contracts.chip import ChipSpec, chip_named
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster
from targets.program.check import legal
from targets.program.program import Program


def compile_network(
    network: Network,
    chip: str | ChipSpec = "loihi2",
    seed: int = 0,
    calibration: Mapping[str, SpikeRaster] | None = None,
    outputs: Sequence[str] | None = None,
    watch: Watch | None = None,
    more_messages: float | None = None,
    faithful: bool = False,
    most_synapses: int | None = None,
) -> Program:
    """Compile `network` for a chip, given by name or as a ChipSpec; everything else as in `compile_graph`."""
    graph = lower(network)
    return compile_graph(graph, chip, seed, calibration, outputs, watch, more_messages, faithful, most_synapses)


def compile_graph(
    graph: FloatGraph,
    chip: str | ChipSpec = "loihi2",
    seed: int = 0,
    calibration: Mapping[str, SpikeRaster] | None = None,
    outputs: Sequence[str] | None = None,
    watch: Watch | None = None,
    more_messages: float | None = None,
    faithful: bool = False,
    most_synapses: int | None = None,
    begins: Callable[[str], None] | None = None,
    substitute: bool = False,
) -> Program:
    """Compile `graph` for a chip; the same graph, calibration and seed give the same digest.

    `calibration` are spikes of every input: rates and peaks on them decide roundings and mapping. `outputs` are the
    populations that are read; what neither they nor the readout depend on is removed (None: nothing). The program's
    settings tell the seed, and under "losses" in sentences what is lost (`compiler.losses`). Where populations had to
    be shifted, `latency` tells by how many steps each is late; the program's samples are longer by the largest of
    these, so that nothing of what is read falls off their end. `begins` is told the name of every pass that begins, and
    `watch` what it returned. Shortening the way of messages may add 5 % of them, or the share `more_messages`, 0 or
    more. Populations that reset as no core's neuron does are compiled to what comes nearest where `substitute` says so
    (`compiler.realize`).

    A `faithful` program has a residual projection beside each whose weights that makes exact, as long as there are no
    more than `most_synapses` synapses (`compiler.passes.split`); its settings tell under "faithful" what that costs and
    how far it still strays (`compiler.faithfulness`).

    Raises InputError with one sentence for every limit of the chip that the network would break; a note tells which
    pass raised an error, and those before it.
    """
    spec = chip_named(chip) if isinstance(chip, str) else chip
    step = Observer(watch, begins)
    step.tell("lower", graph)
    realized, substitutes = realize(graph, substitute)
    floats = step(fold, step(retime, realized))
    measured = None if calibration is None else step(calibrate, floats, calibration)
    if measured is None and outputs is None:
        refuse(floats, spec)  # which saves the time to round, where nothing is removed for not being read
    halves = None
    reference = None
    if calibration is not None and (faithful or any(map(rounded_together, floats.populations))):
        reference = refer(floats, calibration)
    if faithful:
        halves = step(split, floats, spec, measured, reference, most_synapses)
    elif most_synapses is not None:
        raise InputError(
            f"at most {most_synapses:,} synapses were asked for without residual weights, which alone add any; ask for "
            "a faithful program, or leave the number out."
        )
    rounded = step(quantize, floats, spec, measured, reference) if halves is None else halves.graph
    integers = step(prune, rounded, outputs).graph
    refuse(integers, spec)
    roundings = quantization_report(floats, rounded, spec, None if halves is None else halves.residuals)
    strayed: tuple[Strayed, ...] = ()
    if halves is not None and reference is not None:
        strayed = causes(floats, rounded, reference, spec.arithmetic)
    del floats, rounded, reference  # of a large network no stage is kept longer than it is needed
    proved = step(bounds, integers, spec.arithmetic)
    lost = losses(roundings, integers, proved, spec.arithmetic)
    proofs = tuple(each.proof for each in proved)
    del proved
    hypergraph = step(coarsen, integers, spec, None if measured is None else measured.rates_in(integers))
    mapping = step(partition, hypergraph, on_one_core(hypergraph, spec), spec, seed)
    mapping = step(place, hypergraph, mapping, spec, seed)
    mapping = step(refine, hypergraph, mapping, spec, seed, more_messages)
    core_of = hypergraph.of_neurons(mapping.core_of)
    del hypergraph
    settings = {"partition": "fewest messages", "place": "fewest hops", "seed": seed, "calibrated": bool(calibration)}
    settings["losses"] = (*lost.sentences, *told_substitutes(substitutes, graph, realized, calibration))
    if halves is not None:
        settings[KEY] = Faithfulness.of(halves, integers, measured, strayed, spec.arithmetic).setting
    return legal(step(assemble, integers, core_of, mapping.tiles, spec, settings, proofs), spec)
