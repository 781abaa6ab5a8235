"""motifc fuzz."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from motifc.commands.activity import doing
from motifc.commands.backend_names import asked_backends, known_backends, quick_backends
from motifc.commands.console import console, emit
from motifc.commands.options import AsJson, Force, Workers
from motifc.commands.outputs import destination

if TYPE_CHECKING:
    from targets.conformance.fuzz import Failure, FuzzReport


def fuzz_command(
    programs: Annotated[int, typer.Option(help="How many random programs.")] = 100,
    seed: Annotated[int, typer.Option(min=0, help="Seed they are drawn from.")] = 0,
    start: Annotated[int, typer.Option(help="Number of the first one, to run a single one again.")] = 0,
    backends: Annotated[
        str | None,
        typer.Option(
            help=f"Backends to compare with the first, separated by commas: {known_backends()}. Where not given, all "
            "that are installed and not slow."
        ),
    ] = None,
    residuals: Annotated[
        bool, typer.Option("--residuals", help="Give projections residuals, as motifc compile --faithful does.")
    ] = False,
    workers: Workers = 1,
    out: Annotated[Path, typer.Option(help="Folder for the files that reproduce a failure.")] = Path(),
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Run random programs on several backends; exit 1 if any spike or final u, v differs.

    A failure is shrunk to a minimal program and written as .program and .npz.
    """
    from motifc import InputError, fuzz
    from motifc.workers.fuzzing import fuzz_spread, named_runner
    from targets.conformance.fuzz import failure_files, save_failure
    from targets.runtime.backend import about

    runners = {name: named_runner(name) for name in asked_backends(backends or quick_backends())}
    numbers = range(start, start + programs)
    places = (place for number in numbers for name in runners for place in failure_files(out, seed, number, name))
    for place in [place for place in places if place.exists()] or [out / "fuzz.program"]:
        destination(place, force)
    # A failure of a slow backend is shrunk in fewer runs.
    tries = 30 if any(about(name.partition(":")[0]).pace == "slow" for name in runners) else 400
    done = partial(doing, "programs")
    if workers < 1:
        raise InputError(f"--workers is {workers}; at least 1 is needed, so give a larger number.")
    if workers == 1:
        report = fuzz(programs, seed, runners, done, start=start, shrink_runs=tries, residuals=residuals)
    else:
        report = fuzz_spread(
            programs, seed, tuple(runners), workers, done, start=start, shrink_runs=tries, residuals=residuals
        )
    files = [save_failure(failure, out, force) for failure in report.failures]
    emit(report.as_dict(), as_json, partial(_show, report, files, next(iter(runners))))
    raise typer.Exit(0 if report.equal else 1)


def _show(report: FuzzReport, files: list[tuple[Path, Path]], reference: str) -> None:
    console.print(report.sentence())
    for failure, (program, inputs) in zip(report.failures, files, strict=True):
        console.print(failure.sentence())
        console.print(f"  {_again(failure, reference, program, inputs)}")


def _again(failure: Failure, reference: str, program: Path, inputs: Path) -> str:
    return f"motifc verify {program} --backends {reference},{failure.backend} --input {inputs}"
