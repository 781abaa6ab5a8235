"""motifc bench."""

from pathlib import Path
from typing import Annotated

import typer

from motifc.commands.console import steps as told_steps
from motifc.commands.fuzz import named_runner

bench_app = typer.Typer(no_args_is_help=True, help="Measure how fast things are on this machine.")


@bench_app.command("backends")
def backends_command(
    neurons: Annotated[str, typer.Option(help="Sizes of the programs, separated by commas.")] = "1000,10000,100000",
    backends: Annotated[
        str, typer.Option(help="Backends, separated by commas; variants as in lava:core.")
    ] = "numpy,torch,onnx,lava,lava:core",
    steps: Annotated[int, typer.Option(help="Time steps of a run.")] = 100,
    out: Annotated[Path | None, typer.Option(help="Markdown file to write; printed if not given.")] = None,
) -> None:
    """Time per step of every backend on the same motif program, by number of neurons and samples at once."""
    from motifc.bench.backends import bench_backends, page
    from targets.contracts.artefact import check_writable, write_text

    sizes = _numbers("--neurons", neurons)
    if out is not None:
        check_writable(out)
    runners = {name: named_runner(name) for name in (name.strip() for name in backends.split(","))}
    with told_steps() as tell:
        rows = bench_backends(runners, sizes, steps=steps, progress=tell)
    written = page(rows, f"motifc bench backends --neurons {neurons} --backends {backends} --steps {steps}")
    if out is None:
        typer.echo(written)
    else:
        write_text(out, written)


def _numbers(option: str, text: str) -> list[int]:
    from motifc import InputError

    try:
        return [int(number) for number in text.split(",") if number.strip()]
    except ValueError:
        raise InputError(f"{option} is {text!r}; give whole numbers separated by commas.") from None
