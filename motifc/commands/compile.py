"""motifc compile."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from motifc.commands.console import console, warn
from motifc.commands.options import DEFAULT_CHIP, DataFolder, Force, Out, Reading, TimeStep
from motifc.commands.outputs import data_read, destination

OWN = "own"
"""What stands for the data of the network."""

if TYPE_CHECKING:
    from motifc import FloatGraph


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
            help="Data whose training part tells rates and peaks: a task, a .npz, a folder, or `own` for the network's."
        ),
    ] = None,
    data_dir: DataFolder = None,
    dump: Annotated[
        Path | None, typer.Option(help="Folder for the text of every stage, and .stage files for `motifc opt`.")
    ] = None,
    dt: TimeStep = None,
    reading: Reading = None,
    force: Force = False,
) -> None:
    """Quantize a network, partition it between motifs, place it, check every limit of the chip, tell what is lost."""
    from motifc import chip_named, compile_graph
    from motifc.dump import Dump
    from motifc.load_inputs import part, split_of
    from motifc.tables import show_losses, show_program
    from targets.contracts.provenance import making
    from targets.runtime.backend import bound_inputs

    spec = chip_named(chip)
    graph = graph_of(source, dt, reading)
    data = None if calibrate == OWN else calibrate
    read = None if calibrate is None else data_read(data, data_dir, graph.provenance)
    target = destination(out, force, source, read)
    watch = None if dump is None else Dump(dump, spec, force)
    calibration = None
    if calibrate is not None:
        split = split_of(str(source), graph.provenance, data, seed, data_dir, "--calibrate")
        given = part(str(source), graph.provenance, split, "train")
        console.print(f"calibrated on {given.sentence}")
        calibration = bound_inputs(graph.inputs, given.spikes)
    program = compile_graph(graph, spec, seed or 0, calibration, watch=watch)
    program = replace(program, provenance=program.provenance.after(making("compile")))
    program.save(target)
    show_program(program, str(out))
    show_losses(program)


def graph_of(source: Path, dt: float | None, reading: list[str] | None = None) -> FloatGraph:
    """The float graph of a network or NIR file, the latter in steps of `dt` seconds; what is told goes to stderr."""
    from motifc import InputError, Network, lower, read_nir
    from motifc.files import expected

    if expected(source, "network", "nir") == "nir":
        return read_nir(source, dt=dt, tell=lambda told: warn(f"{source}: {told}"), readings=readings_in(reading))
    for given, option in ((dt is not None, "--dt"), (reading, "--reading")):
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
