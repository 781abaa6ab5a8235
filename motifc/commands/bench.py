"""motifc bench."""

from __future__ import annotations

import shlex
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from motifc.commands.backend_names import all_backends, asked_backends, known_backends
from motifc.commands.console import echo, emit, step
from motifc.commands.help import Command, Group
from motifc.commands.options import AsJson, Data, DataFolder, Force, InputFile, Limit, SplitSeed
from motifc.commands.outputs import data_read, destination

if TYPE_CHECKING:
    from collections.abc import Iterable

    from motifc.bench.backends import Subject

_SIZES, _BATCHES, _STEPS = "1000,10000,100000", "1,8", 100
bench_app = typer.Typer(cls=Group, no_args_is_help=True, help="Measure how fast things are on this machine.")


@bench_app.command("backends", cls=Command)
def backends_command(
    program: Annotated[
        Path | None, typer.Argument(metavar="NET.program", help="A program of yours; motif programs where not given.")
    ] = None,
    neurons: Annotated[
        str | None, typer.Option(help=f"Sizes of motif programs, separated by commas; {_SIZES} where not given.")
    ] = None,
    backends: Annotated[
        str | None,
        typer.Option(
            help=f"Backends, separated by commas: {known_backends()}. Where not given, all that are installed, with "
            "their variants."
        ),
    ] = None,
    input_file: InputFile = None,
    data: Data = None,
    data_dir: DataFolder = None,
    seed: SplitSeed = None,
    limit: Limit = None,
    batches: Annotated[
        str | None,
        typer.Option(
            help=f"Samples at once, separated by commas; {_BATCHES} where not given, or as many as there are."
        ),
    ] = None,
    steps: Annotated[
        int | None,
        typer.Option(help=f"Time steps of a run; {_STEPS} of motif programs, all of your samples where not given."),
    ] = None,
    repeats: Annotated[int, typer.Option(help="Runs of every backend, of which the median is told.")] = 3,
    out: Annotated[Path | None, typer.Option(help="Markdown file to write; printed if not given.")] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Time per step and memory of every backend, on a program of yours or on motif programs of several sizes.

    Each backend has a process of its own with one thread; they run by turns. Without --input the samples of a program
    are the test part of the split that it was trained on, unless another one is asked for.
    """
    from motifc import InputError
    from motifc.bench.backends import bench_backends
    from motifc.bench.page import page
    from motifc.bench.subjects import MOTIFS, motif_subjects, own_subject, own_told
    from motifc.files import program_in
    from motifc.load_inputs import samples
    from targets.contracts.writing import write_text

    asked = backends or all_backends()
    names = asked_backends(asked)
    sizes = None if neurons is None else _numbers("--neurons", neurons)
    at_once = None if batches is None else _numbers("--batches", batches)
    if steps is not None and steps < 2:
        raise InputError(f"--steps is {steps}; what a step takes is told from runs of 2 and more, so give more.")
    subjects: Iterable[Subject]
    if program is None:
        if unused := [each for each in (input_file, data, data_dir, seed, limit) if each is not None]:
            raise InputError(
                f"spikes were asked for ({unused[0]}) without a program to run them on; give the program, or leave "
                "--input, --data, --data-dir, --seed and --limit out."
            )
        target = None if out is None else destination(out, force)
        at_once = at_once or _numbers("", _BATCHES)
        subjects = motif_subjects(sizes or _numbers("", _SIZES), max(at_once), steps or _STEPS)
        about = MOTIFS
    else:
        if sizes is not None:
            raise InputError(f"--neurons sizes motif programs, and {program} was given; leave one of the two out.")
        loaded = program_in(program)
        target = (
            None
            if out is None
            else destination(out, force, program, input_file or data_read(data, data_dir, loaded.provenance))
        )
        given = samples(str(program), loaded.provenance, input_file, data, seed, limit, data_dir)
        at_once = at_once or sorted({min(each, given.raster.samples) for each in _numbers("", _BATCHES)})
        own = own_subject(program.name, loaded, given.spikes, steps)
        subjects, about = [own], own_told(own, given.sentence)
    rows = bench_backends(names, subjects, at_once, repeats, progress=step)
    told = {
        "": program,
        "--neurons": neurons or (_SIZES if program is None else None),
        "--backends": asked,
        "--input": input_file,
        "--data": data,
        "--seed": seed,
        "--limit": limit,
        "--batches": batches,
        "--steps": steps,
        "--repeats": None if repeats == 3 else repeats,
    }
    words = [word for key, value in told.items() if value is not None for word in (key, str(value)) if word]
    written = page(rows, shlex.join(["motifc", "bench", "backends", *words]), about)
    if target is not None:
        write_text(target, written)
    emit([asdict(row) for row in rows], as_json, lambda: echo(written) if target is None else None)


def _numbers(option: str, text: str) -> list[int]:
    from motifc import InputError

    try:
        found = [int(number) for number in text.split(",") if number.strip()]
    except ValueError:
        found = []
    if not found or min(found) < 1:
        raise InputError(f"{option} is {text!r}; give whole numbers from 1 on, separated by commas.") from None
    return found
