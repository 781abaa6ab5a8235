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
    format: Annotated[str, typer.Option(help="A backend with a form of its own, such as onnx (a graph).")],
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Write a program in the form of another tool."""
    from motifc import export_program
    from motifc.files import program_in
    from targets.contracts.writing import Destination, check_folder

    if out.is_dir():
        check_folder(out)
        target = Destination(out)
    else:
        target = destination(out, force, program)
    loaded = program_in(program)
    export_program(loaded, format, target)
    written = {"written": str(out), "format": format, "program": loaded.digest}
    emit(written, as_json, lambda: console.print(f"{out}: written as {format}"))
