"""motifc show."""

from pathlib import Path
from typing import Annotated

import typer

from targets.contracts.shown import shown


def show_command(file: Annotated[Path, typer.Argument(help="A .network or .program file.")]) -> None:
    """Print a network or program as text: sizes, cores, limits used, digests; what it was trained on, who made it."""
    from motifc import Network, text
    from motifc.files import expected, program_in
    from motifc.proofs import proven

    is_network = expected(file, "network", "program") == "network"
    found = Network.load(file) if is_network else proven(program_in(file))
    typer.echo(text(found), nl=False)
    for what, told in found.provenance.rows():
        typer.echo(f"{what} {shown(told)}")
