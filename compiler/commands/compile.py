"""motifc compile."""

from pathlib import Path
from typing import Annotated

import typer

from compiler.commands.options import Out
from compiler.pipeline import compile_network
from compiler.tables import show_program
from search.network import Network
from targets.artefact import check_writable


def compile_command(
    network: Annotated[Path, typer.Argument(metavar="NET.network", help="A searched or hand-built network.")],
    out: Out,
    chip: Annotated[str, typer.Option(help="Chip to compile for.")] = "loihi2",
) -> None:
    """Quantise a network, cut it into cores between motifs, place it, check every limit of the chip."""
    check_writable(out)
    program = compile_network(Network.load(network), chip)
    program.save(out)
    show_program(program, str(out))
