"""motifc repair."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from motifc.commands.console import console, emit
from motifc.commands.options import AsJson, DataFolder, FaultsFile, Force, Out, SplitSeed
from motifc.commands.outputs import data_read, destination
from targets.contracts.set_point import PASSES

if TYPE_CHECKING:
    from motifc import Network, Program


def repair_command(
    file: Annotated[Path, typer.Argument(metavar="NET.network|NET.program", help="What is repaired.")],
    out: Out,
    reference: Annotated[
        Path | None,
        typer.Option(
            help="The .network, or for a program also the .program, from before the damage: its rates on the same data "
            "are those to come back to. Where not given, they are those of a program without its --faults, or those "
            "that the file remembers from its training or compiling."
        ),
    ] = None,
    faults: FaultsFile = None,
    data: Annotated[
        str | None,
        typer.Option(
            help="Spikes without labels: a task, whose training part is taken, a .npz or a folder; the file's own data "
            "where not given. No label is looked at."
        ),
    ] = None,
    data_dir: DataFolder = None,
    seed: SplitSeed = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Use only the first samples.")] = None,
    passes: Annotated[int, typer.Option(min=1, max=1000, help="Passes over the samples.")] = PASSES,
    more_cores: Annotated[
        int,
        typer.Option(
            min=0, help="Cores beyond those in use to which neurons of a program may move, for more thresholds."
        ),
    ] = 0,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Bring the neurons of a damaged network or program back to the rates they had, without labels.

    Of a network, R of every neuron moves. Of a program, thresholds alone: whole numbers that its chip holds, few
    different ones on each core, so that the repaired program is as legal as the damaged one. See docs/repair.md.
    """
    from dataclasses import replace

    from motifc import InputError, Network
    from motifc.files import expected, network_in, program_in
    from motifc.load_inputs import calibrating
    from motifc.repairing import repaired_network, repaired_program
    from targets.program.faults import Faults
    from targets.runtime.backend import bound_inputs

    is_network = expected(file, "program", "network") == "network"
    if is_network and (faults is not None or more_cores):
        raise InputError(
            f"{file} is a network, which has no cores and whose faults are in itself; leave --faults and --more-cores "
            "out, or give its program."
        )
    loaded = network_in(file) if is_network else program_in(file)
    known = None if faults is None else Faults.load(faults)
    healthy = None if reference is None else (str(reference), _healthy(reference, is_network))
    read = data_read(data, data_dir, loaded.provenance)
    target = destination(out, force, file, reference, faults, read)
    given = calibrating(str(file), loaded.provenance, data, seed, data_dir, "--data")
    rasters = bound_inputs(loaded.inputs, given.spikes)
    inputs = {name: replace(each.take(slice(limit)), labels=None) for name, each in rasters.items()}
    if not next(iter(inputs.values())).counted_steps:
        raise InputError("the spikes to repair with have no step that counts; give samples with lengths above 0.")
    if isinstance(loaded, Network):
        if healthy is not None and not isinstance(healthy[1], Network):
            raise InputError(f"{reference} is a program; a network is repaired towards a network, so give one.")
        found = repaired_network(str(file), loaded, healthy, inputs, passes, given)  # type: ignore[arg-type]
    else:
        found = repaired_program(str(file), loaded, healthy, known, inputs, passes, given, more_cores)
    found.result.save(target)
    told = {"written": str(out), "data": given.as_dict(), **found.as_dict()}

    def show() -> None:
        console.print(f"repaired on {given.sentence}")
        console.print(f"{out}: {found.sentence}; digest {found.result.digest[:16]}")

    emit(told, as_json, show)


def _healthy(reference: Path, of_network: bool) -> Network | Program:
    from motifc.files import expected, network_in, program_in

    if of_network or expected(reference, "program", "network") == "network":
        return network_in(reference)
    return program_in(reference)
