"""motifc report."""

from pathlib import Path
from typing import Annotated

import typer

from motifc.commands.console import console
from motifc.commands.options import Out


def report_command(file: Annotated[Path, typer.Argument(help="A .network or .program file.")], out: Out) -> None:
    """Write an HTML page: of a network its motifs and its search, of a program its cores, limits used and routes."""
    from motifc import Network
    from motifc.files import expected, program_in
    from motifc.proofs import proven
    from motifc.report.network_page import network_page
    from motifc.report.program_page import page
    from targets.contracts.artefact import check_writable, write_text

    is_network = expected(file, "network", "program") == "network"
    check_writable(out)
    write_text(out, network_page(Network.load(file)) if is_network else page(proven(program_in(file))))
    console.print(f"{out}: written")
