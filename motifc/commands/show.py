"""motifc show."""

from pathlib import Path
from typing import Annotated

import typer

from motifc.commands.console import echo, emit
from motifc.commands.options import AsJson


def show_command(
    file: Annotated[Path, typer.Argument(help="A .network or .program file.")], as_json: AsJson = False
) -> None:
    """Print a network or program as text: sizes, cores, limits used, losses, digests; its data, and who made it."""
    from compiler.faithfulness import told_faithful, unproved
    from compiler.losses import told_losses
    from motifc import Network, text
    from motifc.chip_text import chip_text
    from motifc.files import expected, network_in, program_in
    from motifc.proofs import proven
    from targets.contracts.shown import shown

    kind = expected(file, "network", "program")
    made = network_in(file) if kind == "network" else proven(program_in(file))
    losses = () if isinstance(made, Network) else tuple(told_losses(made))
    faithful = () if isinstance(made, Network) else (*told_faithful(made), *unproved(made))
    rows, told_text = made.provenance.rows(), text(made)

    def show() -> None:
        echo(told_text, nl=False)
        for line in () if isinstance(made, Network) else chip_text(made):
            echo(line)
        for sentence in (*losses, *faithful):
            echo(sentence)
        for what, told in rows:
            echo(f"{what} {shown(told)}")

    plain = {
        "kind": kind,
        "digest": made.digest,
        "text": told_text.splitlines(),
        "losses": losses,
        "faithful": faithful,
        "provenance": rows,
    }
    emit(plain, as_json, show)
