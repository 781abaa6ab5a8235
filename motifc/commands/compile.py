"""motifc compile."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from motifc.commands.activity import doing
from motifc.commands.console import console, emit, warn
from motifc.commands.options import DEFAULT_CHIP, AsJson, DataFolder, Force, Out, Reading, TimeStep
from motifc.commands.outputs import data_read, destination
from targets.contracts.shown import brief

OWN = "own"
"""What stands for the data of the network."""

if TYPE_CHECKING:
    from motifc import FloatGraph, Program


def compile_command(
    source: Annotated[Path, typer.Argument(metavar="NET.network|GRAPH.nir", help="What is compiled.")],
    out: Out,
    chip: Annotated[str, typer.Option(help="Chip to compile for.")] = DEFAULT_CHIP,
    seed: Annotated[
        int | None,
        typer.Option(
            min=0, help="Seed of the mapping, 0 where not given, and of the split of --calibrate, the network's if not."
        ),
    ] = None,
    calibrate: Annotated[
        str | None,
        typer.Option(
            help="Data whose training part tells rates and peaks: a task, a .npz (all of it where it has no labels), a "
            "folder, or `own` for the network's."
        ),
    ] = None,
    data_dir: DataFolder = None,
    dump: Annotated[
        Path | None, typer.Option(help="Folder for the text of every stage, and .stage files for `motifc opt`.")
    ] = None,
    faithful: Annotated[
        bool,
        typer.Option("--faithful", help="Follow the float network spike for spike: residual weights where they pay."),
    ] = False,
    max_synapses: Annotated[
        int | None, typer.Option(min=1, help="Synapses that --faithful may need at most, in all.")
    ] = None,
    dt: TimeStep = None,
    reading: Reading = None,
    readout: Annotated[
        str | None, typer.Option(help="Population of a NIR graph whose neurons vote for classes: accuracy is of these.")
    ] = None,
    classes: Annotated[
        int | None, typer.Option(help="Classes of --readout, where not every neuron is one.", min=1)
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(
            help="What the neurons of --readout vote by: spikes, or, where they answer in voltage, peak (the default) "
            "or last; with value their last voltages are the answer."
        ),
    ] = None,
    steps: Annotated[
        int | None, typer.Option(help="Usual length of a sample of a NIR graph in steps, 100 where not given.", min=1)
    ] = None,
    substitute: Annotated[
        bool, typer.Option("--substitute", help="Compile neurons that no core has to what comes nearest.")
    ] = False,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Quantize a network, partition it between motifs, place it, check every limit of the chip, tell what is lost."""
    from motifc import chip_named, compile_graph
    from motifc.dump import Dump
    from motifc.load_inputs import calibrating
    from motifc.repairing import own_rates_of, own_rates_on
    from motifc.tables import show_faithful, show_losses, show_program
    from targets.contracts.provenance import making
    from targets.runtime.backend import bound_inputs

    spec = chip_named(chip)
    graph = with_readout(graph_of(source, dt, reading, steps), readout, classes, by)
    data = None if calibrate == OWN else calibrate
    read = None if calibrate is None else data_read(data, data_dir, graph.provenance)
    target = destination(out, force, source, read)
    watch = None if dump is None else Dump(dump, spec, force)
    calibration, told = None, ""
    if calibrate is not None:
        given = calibrating(str(source), graph.provenance, data, seed, data_dir)
        if not as_json:
            console.print(f"calibrated on {given.sentence}")
        calibration, told = bound_inputs(graph.inputs, given.spikes), f"{given.source}, {given.kind}"
    program = compile_graph(
        graph,
        spec,
        seed or 0,
        calibration,
        watch=watch,
        substitute=substitute,
        begins=doing,
        faithful=faithful,
        most_synapses=max_synapses,
    )
    remembered = own_rates_of(program, source) if calibration is None else own_rates_on(program, calibration, told)
    program = replace(program, provenance=program.provenance.after(making("compile")), own_rates=remembered)
    program.save(target)

    def show() -> None:
        show_program(program, str(out))
        show_losses(program)
        show_faithful(program)

    emit(compiled(program, out), as_json, show)


def compiled(program: Program, path: Path) -> dict[str, Any]:
    """What was compiled into the file at `path`, as JSON values."""
    from compiler.faithfulness import faithfulness, unproved
    from compiler.losses import told_losses

    told = faithfulness(program)
    return {
        "program": str(path),
        "digest": program.digest,
        "chip": program.chip.name,
        "neurons": sum(population.neurons for population in program.own),
        "cores": len(program.cores),
        "latency": dict(program.latency),
        "losses": list(told_losses(program)),
        "faithful": None if told is None else told.setting,
        "unproved": list(unproved(program)),
    }


def with_readout(graph: FloatGraph, name: str | None, classes: int | None, by: str | None) -> FloatGraph:
    """The graph with another readout, where one is named; InputError for what is none."""
    from motifc import InputError, Readout

    if name is None:
        if classes is not None or by is not None:
            raise InputError("--classes and --by go with --readout; name a population by that, or leave them out.")
        return graph
    found = {each.name: each for each in graph.populations}.get(name)
    if found is None:
        known = sorted(each.name for each in graph.populations)
        raise InputError(f"--readout names {brief(name)}; the populations are {brief(known)}, so choose one of them.")
    by = by or ("spikes" if found.unit is None else "peak")
    if by not in ("spikes", "last", "peak", "value"):
        raise InputError(f"--by is {brief(by)}; spikes, last, peak or value is needed, so choose one of them.")
    chosen: Any = by
    return replace(graph, readout=Readout(name, classes or found.neurons, by=chosen))


def graph_of(source: Path, dt: float | None, reading: list[str] | None = None, steps: int | None = None) -> FloatGraph:
    """The float graph of a network or NIR file, the latter in steps of `dt` seconds; what is told goes to stderr."""
    from motifc import InputError, Network, lower, read_nir, source_in_nir
    from motifc.files import expected

    if expected(source, "network", "nir") == "nir":
        if dt is None and not reading and steps is None:
            held = source_in_nir(source)
            if isinstance(held, Network):
                warn(f"{source} was written of network {held.digest[:12]}, which is taken as it was.")
                return lower(held)
            if held is not None:
                warn(
                    f"{source} was written of program {held.digest[:12]}, which run and verify take as it is; here it "
                    "is read as a graph in floats."
                )
        return read_nir(
            source,
            dt=dt,
            steps=100 if steps is None else steps,
            tell=lambda told: warn(f"{source}: {told}"),
            readings=readings_in(reading),
        )
    for given, option in ((dt is not None, "--dt"), (reading, "--reading"), (steps is not None, "--steps")):
        if given:
            raise InputError(
                f"{source} is a network, whose time is in steps; {option} is for NIR graphs, so leave it out."
            )
    return lower(Network.load(source))


def readings_in(given: list[str] | None) -> dict[str, str]:
    """Readings by the nodes they are for, "" being all others."""
    from motifc import InputError

    found: dict[str, str] = {}
    for each in given or ():
        node, _, text = each.rpartition(":")
        if node in found:
            whose = f"node {node!r}" if node else "all nodes"
            raise InputError(f"two readings were given for {whose}, {found[node]!r} and {text!r}; leave one out.")
        found[node] = text
    return found
