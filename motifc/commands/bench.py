"""motifc bench."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from motifc.commands.backend_names import all_backends, asked_backends, known_backends
from motifc.commands.console import echo, emit, step
from motifc.commands.help import Command, Group
from motifc.commands.options import AsJson, Force
from motifc.commands.outputs import destination

if TYPE_CHECKING:
    from motifc.bench.backends import Loader

bench_app = typer.Typer(cls=Group, no_args_is_help=True, help="Measure how fast things are on this machine.")


@bench_app.command("backends", cls=Command)
def backends_command(
    neurons: Annotated[str, typer.Option(help="Sizes of the programs, separated by commas.")] = "1000,10000,100000",
    backends: Annotated[
        str | None,
        typer.Option(
            help=f"Backends, separated by commas: {known_backends()}. Where not given, all that are installed, with "
            "their variants."
        ),
    ] = None,
    steps: Annotated[int, typer.Option(help="Time steps of a run.")] = 100,
    out: Annotated[Path | None, typer.Option(help="Markdown file to write; printed if not given.")] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Time per step of every backend on the same motif program, by number of neurons and samples at once."""
    from motifc.bench.backends import bench_backends, page
    from targets.contracts.writing import write_text

    sizes = _numbers("--neurons", neurons)
    target = None if out is None else destination(out, force)
    asked = backends or all_backends()
    loaders = {name: named_loader(name) for name in asked_backends(asked)}
    rows = bench_backends(loaders, sizes, steps=steps, progress=step)
    written = page(rows, f"motifc bench backends --neurons {neurons} --backends {asked} --steps {steps}")
    if target is not None:
        write_text(target, written)
    emit([asdict(row) for row in rows], as_json, lambda: echo(written) if target is None else None)


def named_loader(backend: str) -> Loader:
    """What loads a program on `backend`."""
    from motifc import load

    return lambda program: load(program, backend)


def _numbers(option: str, text: str) -> list[int]:
    from motifc import InputError

    try:
        return [int(number) for number in text.split(",") if number.strip()]
    except ValueError:
        raise InputError(f"{option} is {text!r}; give whole numbers separated by commas.") from None
