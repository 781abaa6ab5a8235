"""motifc compile."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from motifc.commands.activity import doing
from motifc.commands.console import console, emit, warn
from motifc.commands.options import DEFAULT_CHIP, AsJson, DataFolder, Force, Out, TimeStep
from motifc.commands.outputs import data_read, destination

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
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Quantize a network, partition it between motifs, place it, check every limit of the chip, tell what is lost."""
    from motifc import chip_named, compile_graph
    from motifc.dump import Dump
    from motifc.load_inputs import calibrating
    from motifc.tables import show_faithful, show_losses, show_program
    from targets.contracts.provenance import making
    from targets.runtime.backend import bound_inputs

    spec = chip_named(chip)
    graph = graph_of(source, dt)
    data = None if calibrate == OWN else calibrate
    read = None if calibrate is None else data_read(data, data_dir, graph.provenance)
    target = destination(out, force, source, read)
    watch = None if dump is None else Dump(dump, spec, force)
    calibration = None
    if calibrate is not None:
        given = calibrating(str(source), graph.provenance, data, seed, data_dir)
        if not as_json:
            console.print(f"calibrated on {given.sentence}")
        calibration = bound_inputs(graph.inputs, given.spikes)
    program = compile_graph(
        graph,
        spec,
        seed or 0,
        calibration,
        watch=watch,
        begins=doing,
        faithful=faithful,
        most_synapses=max_synapses,
    )
    program = replace(program, provenance=program.provenance.after(making("compile")))
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


def graph_of(source: Path, dt: float | None) -> FloatGraph:
    """The float graph of a network or NIR file, the latter in steps of `dt` seconds; what is told goes to stderr."""
    from motifc import InputError, Network, lower, read_nir
    from motifc.files import expected

    if expected(source, "network", "nir") == "nir":
        return read_nir(source, dt=dt, tell=lambda sentence: warn(f"{source}: {sentence}"))
    if dt is not None:
        raise InputError(f"{source} is a network, whose time is in steps; --dt is for NIR graphs, so leave it out.")
    return lower(Network.load(source))
