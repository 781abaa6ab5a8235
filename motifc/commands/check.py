"""motifc check."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from motifc.commands.compile import graph_of
from motifc.commands.console import console, emit
from motifc.commands.options import DEFAULT_CHIP, AsJson, Reading, TimeStep


def check_command(
    source: Annotated[Path, typer.Argument(metavar="NET.network|GRAPH.nir", help="What is to be compiled.")],
    chip: Annotated[str, typer.Option(help="Chip it is to fit.")] = DEFAULT_CHIP,
    dt: TimeStep = None,
    reading: Reading = None,
    as_json: AsJson = False,
) -> None:
    """Say whether a network fits a chip, what breaks and what to change, and about what it takes; exit 1 if not.

    Nothing is searched and no spikes are needed, so that this can be asked before training.
    """
    from compiler.feasibility import feasible
    from motifc import chip_named

    found = feasible(graph_of(source, dt, reading), chip_named(chip))
    emit(found.as_dict(), as_json, lambda: console.print("\n".join(found.sentences), markup=False))
    raise typer.Exit(0 if found.fits else 1)
