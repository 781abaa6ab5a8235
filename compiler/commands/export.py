"""motifc export."""

from pathlib import Path
from typing import Annotated

import typer

from compiler.commands.console import console
from compiler.commands.options import ProgramFile
from targets.backend import export_program
from targets.check import legal
from targets.program import Program


def export_command(
    program: ProgramFile,
    out: Annotated[Path, typer.Option(help="File or folder to write.")],
    format: Annotated[str, typer.Option(help="onnx (a graph that executes) or lava (processes that build).")],
) -> None:
    """Write a program in the form of another tool."""
    export_program(legal(Program.load(program)), format, out)
    console.print(f"{out}: written as {format}")
