"""motifc report."""

from compiler.commands.console import console
from compiler.commands.options import Out, ProgramFile
from compiler.report.page import page
from targets.artefact import write_text
from targets.program import Program


def report_command(program: ProgramFile, out: Out) -> None:
    """Write an HTML page about a program: populations, cores, limits used, routes."""
    loaded = Program.load(program)
    write_text(out, page(loaded))
    console.print(f"{out}: written")
