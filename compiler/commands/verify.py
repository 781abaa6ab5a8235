"""motifc verify."""

from pathlib import Path
from typing import Annotated

import typer

from compiler.commands.console import emit, steps
from compiler.commands.options import AsJson, Data, Device, InputFile, Limit, ProgramFile, Seed
from compiler.samples import samples
from compiler.tables import show_reports
from targets.backend import run
from targets.check import legal
from targets.equivalence import compare
from targets.errors import InputError
from targets.program import Program


def verify_command(
    program: ProgramFile,
    backends: Annotated[str, typer.Option(help="Backends to compare with the first, separated by commas.")] = "numpy",
    against: Annotated[Path | None, typer.Option(help="Another program to compare with, on the first backend.")] = None,
    input_file: InputFile = None,
    data: Data = None,
    seed: Seed = 0,
    limit: Limit = None,
    device: Device = "auto",
    as_json: AsJson = False,
) -> None:
    """Compare every spike of every population between backends, or between two programs; exit 1 if any differs."""
    first, *others = [name.strip() for name in backends.split(",")]
    if not others and against is None:
        raise InputError(
            "one backend has nothing to agree with; give at least two in --backends, or --against PROGRAM."
        )
    loaded = legal(Program.load(program))
    other = None if against is None else legal(Program.load(against))
    inputs = samples(input_file, data, seed, limit)
    reports = []
    with steps() as tell:
        tell(f"running on {first}")
        expected = run(loaded, inputs, first, device).spikes
        for name in others:
            tell(f"running on {name}")
            reports.append(compare(expected, run(loaded, inputs, name, device).spikes, (first, name)))
        if other is not None:
            tell(f"running {against}")
            names = (str(program), str(against))
            reports.append(compare(expected, run(other, inputs, first, device).spikes, names))
    emit([report.as_dict() for report in reports], as_json, lambda: show_reports(reports))
    raise typer.Exit(0 if all(report.equal for report in reports) else 1)
