"""motifc bench."""

from pathlib import Path
from typing import Annotated

import typer

from compiler.bench.backends import bench_backends, page
from compiler.bench.map import bench_map
from compiler.bench.map_page import page as map_page
from compiler.commands.console import steps as told_steps
from compiler.commands.fuzz import named_runner
from targets.artefact import check_writable, write_text
from targets.errors import InputError

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
    sizes = _numbers("--neurons", neurons)
    if out is not None:
        check_writable(out)
    runners = {name: named_runner(name) for name in (name.strip() for name in backends.split(","))}
    with told_steps() as tell:
        rows = bench_backends(runners, sizes, steps=steps, progress=tell)
    written = page(rows, f"motifc bench backends --neurons {neurons} --backends {backends} --steps {steps}")
    _write(written, out)


@bench_app.command("map")
def map_command(
    neurons: Annotated[str, typer.Option(help="Sizes of the networks, separated by commas.")] = "8000",
    motif_sizes: Annotated[str, typer.Option(help="Neurons per motif, separated by commas.")] = "8",
    seeds: Annotated[str, typer.Option(help="Seeds of the networks, separated by commas.")] = "0,1,2",
    topologies: Annotated[str, typer.Option(help="Kinds of networks, separated by commas; all if not given.")] = "",
    out: Annotated[Path | None, typer.Option(help="Markdown file to write; printed if not given.")] = None,
) -> None:
    """Messages, hops and seconds of the mapper on generated networks, beside index order and METIS."""
    sizes, motifs, drawn = (
        _numbers(*each) for each in (("--neurons", neurons), ("--motif-sizes", motif_sizes), ("--seeds", seeds))
    )
    if out is not None:
        check_writable(out)
    names = [name.strip() for name in topologies.split(",") if name.strip()]
    with told_steps() as tell:
        rows = bench_map(names, sizes, motifs, drawn, tell)
    command = f"motifc bench map --neurons {neurons} --motif-sizes {motif_sizes} --seeds {seeds}"
    _write(map_page(rows, command + (f" --topologies '{topologies}'" if names else "")), out)


def _numbers(option: str, text: str) -> list[int]:
    try:
        return [int(number) for number in text.split(",")]
    except ValueError:
        raise InputError(f"{option} is {text!r}; give whole numbers separated by commas.") from None


def _write(page: str, out: Path | None) -> None:
    if out is None:
        typer.echo(page)
    else:
        write_text(out, page)
