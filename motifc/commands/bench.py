"""motifc bench."""

from pathlib import Path
from typing import Annotated

import typer

from benchmarks.mapping.growth import mapping_alone, whole_chain
from benchmarks.mapping.page import page as map_page
from benchmarks.mapping.picture import draw
from benchmarks.mapping.plan import plan
from benchmarks.mapping.results import measure
from motifc.bench.backends import Loader, bench_backends, page
from motifc.commands.backend_names import all_backends, asked_backends, known_backends
from motifc.commands.console import steps as told_steps
from targets.contracts.artefact import check_writable, write_text
from targets.contracts.errors import InputError
from targets.runtime.backend import backend_named, load

bench_app = typer.Typer(no_args_is_help=True, help="Measure how fast things are on this machine.")


@bench_app.command("backends")
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
) -> None:
    """Time per step of every backend on the same motif program, by number of neurons and samples at once."""
    sizes = _numbers("--neurons", neurons)
    if out is not None:
        check_writable(out)
    asked = backends or all_backends()
    loaders = {name: named_loader(name) for name in asked_backends(asked)}
    with told_steps() as tell:
        rows = bench_backends(loaders, sizes, steps=steps, progress=tell)
    written = page(rows, f"motifc bench backends --neurons {neurons} --backends {asked} --steps {steps}")
    _write(written, out)


@bench_app.command("map")
def map_command(
    out: Annotated[Path, typer.Option(help="Markdown file to write; rows and figure go beside it.")],
    neurons: Annotated[str, typer.Option(help="Only these sizes, separated by commas.")] = "",
    seeds: Annotated[str, typer.Option(help="Only these seeds, separated by commas.")] = "",
    topologies: Annotated[str, typer.Option(help="Only these kinds of networks, separated by commas.")] = "",
    kinds: Annotated[str, typer.Option(help="Only map, chain or searched, separated by commas.")] = "",
) -> None:
    """Messages, hops, seconds and memory of the mapper beside index order and METIS, on some hundred networks.

    What the .json file beside the page holds already is not measured again, so that the bench may be run in parts;
    every call writes the page anew from all that was measured.
    """
    check_writable(out)
    sizes, drawn = (set(_numbers(*each)) for each in (("--neurons", neurons), ("--seeds", seeds)))
    names, sorts = ({name.strip() for name in given.split(",") if name.strip()} for given in (topologies, kinds))
    tasks = [
        task
        for task in plan()
        if (not sizes or task.neurons in sizes)
        and (not drawn or task.seed in drawn)
        and (not names or task.topology in names)
        and (not sorts or task.kind in sorts)
    ]
    if not tasks:
        raise InputError(
            f"no network of the plan has one of the sizes {neurons or 'all'}, seeds {seeds or 'all'}, topologies "
            f"{topologies or 'all'} and kinds {kinds or 'all'}; docs/benchmarks/map.md names what there is, so ask for "
            "some of it."
        )
    with told_steps() as tell:
        results = measure(tasks, out.with_suffix(".json"), tell)
    picture = out.with_suffix(".png") if whole_chain(results) or mapping_alone(results) else None
    if picture is not None:
        draw(results, picture)
    write_text(out, map_page(results, f"motifc bench map --out {out}", None if picture is None else picture.name))


def named_loader(backend: str) -> Loader:
    """What loads a program on `backend`; InputError at once when it is unknown or not installed."""
    backend_named(backend.partition(":")[0])
    return lambda program: load(program, backend)


def _numbers(option: str, text: str) -> list[int]:
    try:
        return [int(number) for number in text.split(",") if number.strip()]
    except ValueError:
        raise InputError(f"{option} is {text!r}; give whole numbers separated by commas.") from None


def _write(page: str, out: Path | None) -> None:
    if out is None:
        typer.echo(page)
    else:
        write_text(out, page)
