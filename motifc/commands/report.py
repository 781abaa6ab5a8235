"""motifc report."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from motifc.commands.console import console, emit, step
from motifc.commands.options import AsJson, Data, DataFolder, Force, InputFile, SplitSeed, TimeStep
from motifc.commands.outputs import data_read, destination


def report_command(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="RUN_OR_FILES...",
            help="Any of .network, .program, .nir, .evidence, .npz that motifc run wrote, and folders of such.",
        ),
    ],
    out: Annotated[Path | None, typer.Option(help="Page to write.")] = None,
    data: Data = None,
    data_dir: DataFolder = None,
    seed: SplitSeed = None,
    input_file: InputFile = None,
    dt: TimeStep = None,
    probe: Annotated[
        list[str] | None,
        typer.Option(
            "--probe", help="Neurons whose membranes can be looked at, POPULATION[0,3,8-11]:v; may be repeated."
        ),
    ] = None,
    neurobench: Annotated[
        Path | None,
        typer.Option(
            "--neurobench",
            help="JSON to write with the figures of NeuroBench for the float network of the one run, counted here.",
        ),
    ] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Write one page on a run, or on several side by side: what was found, how well it works, where it sits on a chip.

    A program and the network it was compiled from are one run. Accuracy and equality are those of the test part of the
    split that it was trained on, of --data, of --input, or of an input among the files. What the figures of
    --neurobench are equal to is told in docs/neurobench.md; with them a page may be left out.
    """
    from motifc import InputError
    from motifc.neurobench import neurobench_of
    from motifc.report.gather import gather, watching
    from motifc.report.page import page
    from motifc.report.run import measured
    from targets.contracts.writing import write_text

    runs = watching(gather(files, dt), probe or ())
    read = [data_read(data, data_dir, run.provenance) for run in runs]
    if out is None and neurobench is None:
        raise InputError("there is nothing to write; give --out for a page, --neurobench for figures, or both.")
    if out is not None and out == neurobench:
        raise InputError(f"--out and --neurobench are both {out}; each needs a file of its own, so rename one.")
    asked = [each for each in (out, neurobench) if each is not None]
    targets = {each: destination(each, force, *files, *read, input_file) for each in asked}
    compared = runs if out is not None else [replace(run, program=None) for run in runs if run.network is not None]
    told = [measured(run, data, seed, data_dir, input_file, step) for run in compared or runs]
    emitted: dict[str, Any] = {"out": None if out is None else str(out)}
    if neurobench is not None:
        emitted["neurobench"] = neurobench_of(told)
        write_text(targets[neurobench], f"{json.dumps(emitted['neurobench'], indent=4)}\n")
    if out is not None:
        written = page(told, step)
        write_text(targets[out], written.html)
        emitted |= written.as_dict()
    emit(emitted, as_json, lambda: console.print("\n".join(f"{each}: written" for each in asked)))
