"""motifc report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from motifc.commands.console import console, emit, step
from motifc.commands.options import AsJson, Data, DataFolder, Force, InputFile, Out, SplitSeed, TimeStep
from motifc.commands.outputs import data_read, destination


def report_command(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="RUN_OR_FILES...",
            help="Any of .network, .program, .nir, .evidence, .npz that motifc run wrote, and folders of such.",
        ),
    ],
    out: Out,
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
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Write one page on a run, or on several side by side: what was found, how well it works, where it sits on a chip.

    A program and the network it was compiled from are one run. Accuracy and equality are those of the test part of the
    split that it was trained on, of --data, of --input, or of an input among the files.
    """
    from motifc.report.gather import gather, watching
    from motifc.report.page import page
    from motifc.report.run import measured
    from targets.contracts.writing import write_text

    runs = watching(gather(files, dt), probe or ())
    read = [data_read(data, data_dir, run.provenance) for run in runs]
    target = destination(out, force, *files, *read, input_file)
    told = [measured(run, data, seed, data_dir, input_file, step) for run in runs]
    written = page(told, step)
    write_text(target, written.html)
    emit({"out": str(out), **written.as_dict()}, as_json, lambda: console.print(f"{out}: written"))
