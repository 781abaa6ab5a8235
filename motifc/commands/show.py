"""motifc show."""

from pathlib import Path
from typing import Annotated

import typer


def show_command(file: Annotated[Path, typer.Argument(help="A .network or .program file.")]) -> None:
    """Print a network or program as text: sizes, cores, limits used, losses, digests; its data, and who made it."""
    from compiler.faithfulness import told_faithful, unproved
    from compiler.losses import told_losses
    from motifc import Network, text
    from motifc.files import expected, program_in
    from motifc.proofs import proven
    from targets.contracts.shown import shown

    is_network = expected(file, "network", "program") == "network"
    made = Network.load(file) if is_network else proven(program_in(file))
    typer.echo(text(made), nl=False)
    for sentence in () if isinstance(made, Network) else (*told_losses(made), *told_faithful(made), *unproved(made)):
        typer.echo(sentence)
    for what, told in made.provenance.rows():
        typer.echo(f"{what} {shown(told)}")
