"""motifc show."""

from pathlib import Path
from typing import Annotated

import typer


def show_command(file: Annotated[Path, typer.Argument(help="A .network or .program file.")]) -> None:
    """Print a network or program as text: sizes, cores, limits used, digests; what it was trained on, who made it."""
    from motifc import InputError, Network, Program, text

    if file.suffix not in (".network", ".program"):
        raise InputError(f"{file} is neither a .network nor a .program file; show one of these.")
    shown = Network.load(file) if file.suffix == ".network" else Program.load(file)
    typer.echo(text(shown), nl=False)
    for what, told in shown.provenance.rows():
        typer.echo(f"{what} {told}")
