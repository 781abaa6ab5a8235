"""motifc show."""

from pathlib import Path
from typing import Annotated

import typer


def show_command(file: Annotated[Path, typer.Argument(help="A .network or .program file.")]) -> None:
    """Print a network or program as text: sizes, cores, limits used, digests."""
    from motifc import Network, text
    from motifc.files import expected, program_in
    from motifc.proofs import proven

    is_network = expected(file, "network", "program") == "network"
    typer.echo(text(Network.load(file) if is_network else proven(program_in(file))), nl=False)
