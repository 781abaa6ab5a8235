"""motifc data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from motifc.commands.console import console, emit
from motifc.commands.help import Command, Group
from motifc.commands.options import AsJson, Force, Seed
from motifc.commands.outputs import destination

if TYPE_CHECKING:
    from motifc.datasets import Examination, Listed


data_app = typer.Typer(
    cls=Group, no_args_is_help=True, help="List the data sets, check your copy of one, pack spikes for C."
)


@data_app.command("list", cls=Command)
def list_command(as_json: AsJson = False) -> None:
    """Say of each data set what it needs, where that was looked for and where to get it."""
    from motifc.datasets import listing

    sets = listing()
    emit([vars(each) for each in sets], as_json, lambda: _show_sets(sets))


@data_app.command("check", cls=Command)
def check_command(
    name: Annotated[str, typer.Argument(help="A data set of `motifc data list`, or the path of spikes of your own.")],
    data_dir: Annotated[
        Path | None, typer.Option(help="Folder of its files; $MOTIFC_DATA/NAME where it is not given.")
    ] = None,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Load a data set, count what is in it and compare with the published counts; exit 1 if any differs."""
    from motifc.datasets import examination

    found = examination(name, data_dir, seed)
    emit(found.as_dict(), as_json, lambda: _show_examination(found))
    raise typer.Exit(0 if found.equal else 1)


@data_app.command("pack", cls=Command)
def pack_command(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="SPIKES.npz|NET.program",
            help="Spikes of all inputs, or a program, of which its test samples are taken.",
        ),
    ],
    out: Annotated[Path, typer.Argument(metavar="OUT.bits", help="File to write.")],
    limit: Annotated[int | None, typer.Option(min=1, help="Use only the first samples.")] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Write input spikes as plain bytes, which an exported C network reads: docs/interchange.md tells the format."""
    from motifc.files import kind_of, program_in
    from motifc.load_inputs import part, split_of
    from targets.contracts.bits import save_bits
    from targets.contracts.raster import load_rasters
    from targets.runtime.backend import bound_inputs

    if kind_of(file, "a .npz file with spikes, or a program,") == "program":
        program = program_in(file)
        target = destination(out, force, file)
        split = split_of(str(file), program.provenance, None, None, None, "a .npz file of spikes in its place")
        given = part(str(file), program.provenance, split, "test", slice(limit))
        spikes = bound_inputs(program.inputs, given.spikes)
    else:
        read = load_rasters(file)
        target = destination(out, force, file)
        spikes = {name: raster.take(slice(limit)) for name, raster in read.items()}
    save_bits(spikes, target)
    first = next(iter(spikes.values()))
    neurons = sum(raster.neurons for raster in spikes.values())
    written = {"written": str(out), "samples": first.samples, "steps": first.steps, "neurons": neurons}
    sentence = f"{out}: {first.samples:,} samples of {first.steps:,} steps and {neurons:,} neurons"
    emit(written, as_json, lambda: console.print(sentence, markup=False))


def _show_sets(sets: tuple[Listed, ...]) -> None:
    """A paragraph per set: sentences of this length make no table."""
    from rich.text import Text

    for each in sets:
        state = "built in" if each.built_in else "found" if each.found else "not found"
        console.print(Text.assemble((each.name, "bold"), f": {each.title} ({state})"))
        if not each.built_in:
            console.print(f"    needs      {each.needs}")
            sought = each.sought or "nowhere: give --data-dir DIR or set MOTIFC_DATA"
            console.print(f"    looked in  {sought}")
            console.print(f"    get it at  {each.page}")


def _show_examination(found: Examination) -> None:
    from rich.table import Table

    from search.data.copies import copies_told

    table = Table()
    for title in ("part", "samples", "classes", "steps", "neurons", "spikes per step and neuron", "silent"):
        table.add_column(title, justify="left" if title == "part" else "right")
    for name, part in found.parts.items():
        table.add_row(
            name,
            f"{part.samples:,}",
            str(part.classes or "none"),
            str(part.steps),
            f"{part.neurons:,}",
            f"{part.density:.4f}",
            f"{part.silent:,}",
        )
    console.print(table)
    console.print(copies_told(found.copies, found.parts["test"].samples))
    for name, count in found.published.items():
        same = "as published" if found.found[name] == count else f"but {count:,} were published"
        console.print(f"{name}: {found.found[name]:,} samples, {same}")
