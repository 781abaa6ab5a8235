"""motifc sweep."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from motifc.commands.activity import doing
from motifc.commands.console import console, echo, emit, say
from motifc.commands.help import Command, Group
from motifc.commands.options import AsJson, Force

if TYPE_CHECKING:
    from motifc.sweep.executors import Execute
    from motifc.sweep.plan import Plan
    from motifc.sweep.status import Status
    from motifc.sweep.study import Row

sweep_app = typer.Typer(
    cls=Group, no_args_is_help=True, help="Run many searches by a plan, and compare what they found: docs/sweep.md."
)
StudyFolder = Annotated[Path, typer.Argument(metavar="STUDY", help="A folder that `motifc sweep run` has written.")]


@sweep_app.command("run", cls=Command)
def run_command(
    plan: Annotated[Path, typer.Argument(metavar="PLAN.toml", help="What is run: see docs/sweep.md.")],
    out: Annotated[Path, typer.Option(help="Folder of the study; the same one goes on where it stopped.")],
    workers: Annotated[int, typer.Option(help="Trials at the same time on this machine, one thread each.")] = 1,
    devices: Annotated[
        str, typer.Option(help="Devices of the workers in turn, separated by commas: cpu, cuda or cuda:0,cuda:1.")
    ] = "cpu",
    cluster: Annotated[
        str | None,
        typer.Option(help="Send the trials to Slurm (slurm), or to submitit's processes of this machine (local)."),
    ] = None,
    executor: Annotated[
        str, typer.Option(help="processes, or print: only the command of every trial that is left.")
    ] = "processes",
    as_json: AsJson = False,
) -> None:
    """Run every trial of a plan that is not finished yet; exit 1 if any fails, which the others do not mind.

    Each trial is a search, training, compilation and proof in a folder of its own.
    """
    from motifc.sweep.plan_file import load_plan
    from motifc.sweep.run import run_plan

    doing("reading the plan")
    loaded = load_plan(plan)
    execute = _executor(loaded, out, workers, devices, cluster, executor)
    doing("reading the data")
    ran = run_plan(loaded, execute, out, _ended)

    def show() -> None:
        console.print(ran.sentence)
        for row in ran.failed:
            console.print(f"failed: {row.trial.name}: {'' if row.failure is None else row.failure.reason}")
        for row in ran.unequal:
            console.print(
                f"backends differ: {row.trial.name}: {' '.join(row.outcome.sentences if row.outcome else ())}"
            )
        console.print(f"outcomes {ran.digest[:16]}; next: motifc sweep table {out}")

    if executor != "print":
        emit(ran.as_dict(), as_json, show)
    raise typer.Exit(0 if ran.good or (executor == "print" and not ran.failed) else 1)


@sweep_app.command("status", cls=Command)
def status_command(study: StudyFolder, as_json: AsJson = False) -> None:
    """Tell how far a study is, also while it runs: trials done, at work, failed and why; cost so far."""
    from motifc.sweep.status import status
    from motifc.sweep.study import study_in

    found = status(study_in(study))
    emit(found.as_dict(), as_json, lambda: _show(found))


@sweep_app.command("table", cls=Command)
def table_command(
    study: StudyFolder,
    out: Annotated[
        Path | None, typer.Option(help="Folder for table.md, table.csv, table.json and table.svg, a picture.")
    ] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Compare the arms of a study with paired statistics, also while it runs; exit 1 if a trial has failed.

    Means, intervals of paired differences, p values adjusted within the families that the plan names, cost, failures.
    """
    from motifc.sweep.markdown import markdown
    from motifc.sweep.study import study_in
    from motifc.sweep.table_files import write_tables
    from motifc.sweep.tables import tables_of

    found = tables_of(study_in(study))
    if out is not None:
        for line in write_tables(found, out, force):
            say(line)
    emit(found.as_dict(), as_json, lambda: echo(markdown(found), nl=False))
    raise typer.Exit(1 if found.failed else 0)


@sweep_app.command("trial", cls=Command)
def trial_command(
    folder: Annotated[Path, typer.Argument(help="Folder of the trial in a study.")],
    digest: Annotated[str, typer.Argument(help="Digest of the trial.")],
    device: Annotated[str, typer.Option(help="cpu or cuda.")] = "cpu",
) -> None:
    """Run one trial of a study, as `motifc sweep run --executor print` tells the commands of; exit 1 if it fails."""
    from motifc.sweep.chain import run_trial
    from motifc.sweep.outcome import failure_in
    from motifc.sweep.trial import trial_in

    trial = trial_in(folder, digest)
    doing(trial.name)
    good = run_trial(folder.absolute(), digest, device)
    failure = failure_in(folder, digest)
    console.print(f"{trial.name}: {'done' if good or failure is None else failure.reason}")
    raise typer.Exit(0 if good else 1)


def _executor(plan: Plan, out: Path, workers: int, devices: str, cluster: str | None, executor: str) -> Execute:
    """What the options ask for; InputError for what does not go together."""
    from motifc import InputError
    from motifc.sweep.executors import printed, processes

    if executor not in ("processes", "print"):
        raise InputError(f"--executor is {executor!r}; processes or print is allowed, so choose one of them.")
    if cluster is not None:
        if executor == "print" or devices != "cpu":
            raise InputError(
                "--cluster goes with neither --executor nor --devices; the plan's [cluster] asks for GPUs."
            )
        from motifc.sweep.cluster import submitted

        return submitted(cluster, plan.cluster, out.absolute(), workers, say)
    if executor == "print":
        return printed(echo)
    return processes(workers, [each.strip() for each in devices.split(",")])


def _ended(row: Row, done: int, total: int) -> None:
    """Show a trial that has ended."""
    told = "failed" if row.outcome is None else f"{row.outcome.figures['accuracy'] or 0:.2%}"
    doing("trials", done, total, f"{row.trial.name}: {told}", goes_on=True)
    say(f"{done} of {total}: {row.trial.name}: {told}")


def _show(found: Status) -> None:
    """A table of the trials."""
    from rich.table import Table

    table = Table()
    for title in ("trial", "state", "", "CPU s"):
        table.add_column(title, justify="right" if title == "CPU s" else "left")
    for each in found.trials:
        table.add_row(each.trial, each.state, each.about, f"{each.cpu_seconds:,.1f}")
    console.print(table)
    console.print(found.sentence)
