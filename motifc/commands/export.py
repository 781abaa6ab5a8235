"""motifc export."""

from pathlib import Path
from typing import Annotated

import typer

from motifc.commands.console import console
from motifc.commands.options import ProgramFile


def export_command(
    program: ProgramFile,
    out: Annotated[Path, typer.Option(help="File or folder to write.")],
    format: Annotated[str, typer.Option(help="A backend with a form of its own, such as onnx (a graph).")],
) -> None:
    """Write a program in the form of another tool."""
    from motifc import export_program
    from motifc.files import program_in

    export_program(program_in(program), format, out)
    console.print(f"{out}: written as {format}")
