"""motifc export."""

from pathlib import Path
from typing import Annotated

import typer

from motifc.commands.console import console, emit, warn
from motifc.commands.options import AsJson, Force
from motifc.commands.outputs import destination


def export_command(
    program: Annotated[
        Path, typer.Argument(metavar="NET.program|NET.network", help="What is written; nir takes a network too.")
    ],
    out: Annotated[Path, typer.Option(help="File or folder to write.")],
    format: Annotated[
        str,
        typer.Option(
            help="json or graphml (cores and routes), c, nir, onnx, lava, lava:core, or one that a package adds; what "
            "each is for, and what opens it: docs/interchange.md."
        ),
    ],
    input_file: Annotated[
        Path | None,
        typer.Option("--input", help="Spikes that json and graphml count messages by: .npz; 3 % of the steps without."),
    ] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Write a program, or a network as nir, in the form of another tool."""
    from motifc import InputError, Network, export_caveats, export_program, load_rasters, run
    from motifc.files import expected, network_in, program_in
    from targets.contracts.writing import Destination, check_folder
    from targets.runtime.backend import bound_inputs
    from targets.runtime.registry import DEFAULT

    if out.is_dir():
        check_folder(out)
        target = Destination(out)
    else:
        target = destination(out, force, program, input_file)
    is_network = expected(program, "program", "network") == "network"
    loaded = network_in(program) if is_network else program_in(program)
    caveats = export_caveats(loaded, format)
    spikes = None
    if input_file is not None:
        if isinstance(loaded, Network):
            raise InputError(f"{program} is a network, which has no messages to count; leave --input out.")
        inputs = bound_inputs(loaded.inputs, load_rasters(input_file))
        spikes = {**inputs, **run(loaded, inputs, DEFAULT).spikes}
    export_program(loaded, format, target, spikes)
    for caveat in caveats:
        warn(f"{out}: {caveat}")
    kind = "network" if is_network else "program"
    written = {"written": str(out), "format": format, kind: loaded.digest, "caveats": list(caveats)}
    emit(written, as_json, lambda: console.print(f"{out}: written as {format}"))
