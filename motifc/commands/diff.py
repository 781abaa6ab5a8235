"""motifc diff."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from motifc.commands.console import console, emit
from motifc.commands.options import AsJson

if TYPE_CHECKING:
    from compiler.analysis.deployment_file import Difference

_LINES = 40
_WIDTH = 60


def diff_command(
    left: Annotated[Path, typer.Argument(metavar="A", help="A .program, or a graph of motifc export --format json.")],
    right: Annotated[Path, typer.Argument(metavar="B", help="Another one.")],
    as_json: AsJson = False,
) -> None:
    """Tell what differs between two programs, or two deployment graphs, on their chips; exit 1 where anything does.

    A program stands for its graph with every neuron spiking in 3 % of the steps.
    """
    from compiler.analysis.deployment_file import differences

    found = differences(_graph(left), _graph(right))
    plain = {"left": str(left), "right": str(right), "differences": [asdict(each) for each in found]}
    emit(plain, as_json, lambda: _show(found, left, right))
    raise typer.Exit(1 if found else 0)


def _graph(path: Path) -> dict[str, Any]:
    from compiler.analysis.deployment import deployment
    from compiler.analysis.deployment_file import read_deployment
    from motifc.files import kind_of, program_in

    kind = kind_of(path, "a .program file or a deployment graph")
    return read_deployment(path) if kind in ("text", "empty", "unknown", "toml") else deployment(program_in(path))


def _show(found: tuple[Difference, ...], left: Path, right: Path) -> None:
    """One row for each field, the first forty of them."""
    from rich.table import Table
    from rich.text import Text

    from targets.contracts.shown import shortened, shown

    if not found:
        console.print(f"{left} and {right} are equal.", markup=False)
        return
    table = Table()
    for title in ("place", "field", shown(str(left)), shown(str(right))):
        table.add_column(Text(title), overflow="fold")
    for each in found[:_LINES]:
        values = (_value(each.left), _value(each.right))
        table.add_row(*(Text(shortened(shown(text), _WIDTH)) for text in (each.place, each.field, *values)))
    console.print(table)
    rest = f", {len(found) - _LINES:,} of them not shown (--json has all)" if len(found) > _LINES else ""
    fields = "field differs" if len(found) == 1 else "fields differ"
    console.print(f"{len(found):,} {fields}{rest}.")


def _value(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    return "" if value is None else value if isinstance(value, str) else json.dumps(value)
