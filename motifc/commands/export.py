"""motifc export."""

from pathlib import Path
from typing import Annotated

import typer

from motifc.commands.console import console, emit
from motifc.commands.options import AsJson, Force, ProgramFile
from motifc.commands.outputs import destination


def export_command(
    program: ProgramFile,
    out: Annotated[Path, typer.Option(help="File or folder to write.")],
    format: Annotated[
        str,
        typer.Option(
            help="json or graphml (cores and routes), c, onnx, lava, lava:core, or one that a package adds; what each "
            "is for, and what opens it: docs/interchange.md."
        ),
    ],
    input_file: Annotated[
        Path | None,
        typer.Option("--input", help="Spikes that json and graphml count messages by: .npz; 3 % of the steps without."),
    ] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Write a program in the form of another tool."""
    from motifc import export_program, load_rasters, run
    from motifc.files import program_in
    from targets.contracts.writing import Destination, check_folder
    from targets.runtime.backend import bound_inputs
    from targets.runtime.registry import DEFAULT

    if out.is_dir():
        check_folder(out)
        target = Destination(out)
    else:
        target = destination(out, force, program, input_file)
    loaded = program_in(program)
    spikes = None
    if input_file is not None:
        inputs = bound_inputs(loaded.inputs, load_rasters(input_file))
        spikes = {**inputs, **run(loaded, inputs, DEFAULT).spikes}
    export_program(loaded, format, target, spikes)
    written = {"written": str(out), "format": format, "program": loaded.digest}
    emit(written, as_json, lambda: console.print(f"{out}: written as {format}"))
