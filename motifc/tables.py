"""Tables and sentences of the command line, made with rich."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from motifc.commands.console import console
from targets.contracts.shown import shown

if TYPE_CHECKING:
    from motifc import Program, Verdict
    from motifc.demo import DemoResult
    from motifc.doctor import Finding
    from motifc.evaluation import Judged
    from targets.conformance.drift import Drift
    from targets.conformance.replay import Overflow


_LOSSES = 12
"""Sentences on losses that are printed after compiling."""


def show_demo(result: DemoResult) -> None:
    """The table that the demo ends with."""
    from rich.table import Table

    from targets.runtime.registry import ORACLE

    table = Table(title=f"{result.samples} test images, seed {result.seed}, network found by {result.method}")
    for title in ("", "accuracy", "spikes compared", "differing bins", "seconds"):
        table.add_column(title, justify="left" if not title else "right")
    table.add_row("float network", f"{result.float_accuracy:.2%}", "", "", "")
    for row in result.backends:
        if row.missing:
            table.add_row(f"program on {row.backend}", "not run", "", "", "")
        else:
            table.add_row(
                f"program on {row.backend}",
                f"{row.accuracy:.2%}",
                f"{row.spikes:,}",
                "oracle" if row.backend == ORACLE else f"{row.differing:,} of {result.bins:,}",
                f"{row.seconds:.1f}",
            )
    console.print(table)
    for row in result.backends:
        if row.missing:
            console.print(row.missing)
    console.print(
        f"Float and program agree on the class of {result.agreeing} of {result.samples} images "
        f"({result.agreement:.2%}); {result.cores} {'core' if result.cores == 1 else 'cores'} of {result.chip} used."
    )


def told_latency(program: Program) -> str | None:
    """A sentence on how late the populations of a program are; None where none is."""
    if not program.latency:
        return None
    late = ", ".join(f"{name!r} by {steps}" for name, steps in program.latency.items())
    return f"Populations of the program are late, in steps: {late}; samples are run {program.latest} steps longer."


def show_verdicts(verdicts: Sequence[Verdict]) -> None:
    """One row per population and pair of sides, then per pair a sentence, and what lies behind a difference."""
    from rich.table import Table

    table = Table()
    for title in ("population", "compared", "bins", "spikes", "differing bins"):
        table.add_column(title, justify="left" if title in ("population", "compared") else "right")
    for verdict in verdicts:
        for agreement in verdict.report.populations:
            table.add_row(
                shown(agreement.population),
                f"{verdict.report.left} / {verdict.report.right}",
                f"{agreement.bins:,}",
                f"{agreement.spikes:,}",
                f"{agreement.differing:,}",
            )
    console.print(table)
    for verdict in verdicts:
        console.print(verdict.report.sentence())
        if verdict.report.equal and verdict.state is not None:
            console.print(verdict.state)
        if verdict.inspection is not None:
            console.print(verdict.inspection.text())
        for name, explanation in (verdict.explanations or {}).items():
            console.print(explanation.sentence(name))


def show_drifts(drifts: Sequence[Drift]) -> None:
    """How far a program strays from its float network, per population."""
    from rich.table import Table

    from targets.conformance.drift import TITLES

    table = Table(title="program against float network")
    for title in (*TITLES, "same class"):
        table.add_column(title, justify="left" if title == "population" else "right")
    for found in drifts:
        table.add_row(
            *map(shown, found.cells),
            "" if found.class_agreement is None else f"{found.class_agreement:.2%}",
        )
    console.print(table)
    console.print(
        "Spikes of both sides, bins that differ, Victor-Purpura and van Rossum distance per spike (0 equal, 1 no spike "
        "near another), correlation of spike counts, samples put into the same class."
    )


def show_accuracies(evaluations: Mapping[str, Judged]) -> None:
    """The accuracy, or errors of values, of each of "program" and "float network" that ran."""
    for name, found in evaluations.items():
        console.print(found.of(name))


def show_program(program: Program, path: str) -> None:
    """One line on a program just written."""
    console.print(
        f"{path}: {sum(population.neurons for population in program.own):,} neurons on {len(program.cores):,} "
        f"{'core' if len(program.cores) == 1 else 'cores'} of {program.chip.name}, digest {program.digest[:16]}"
    )


def show_losses(program: Program) -> None:
    """One line for each loss of a program just compiled; many are cut short."""
    from compiler.losses import told_losses

    told = told_losses(program)
    for sentence in told[:_LOSSES]:
        console.print(sentence)
    if len(told) > _LOSSES:
        console.print(f"{len(told) - _LOSSES:,} more sentences on losses are told by motifc show.")


def show_faithful(program: Program) -> None:
    """One line for each thing that a program compiled with residual weights tells, and for what is not proved of it."""
    from compiler.faithfulness import told_faithful, unproved

    for sentence in (*told_faithful(program), *unproved(program)):
        console.print(sentence)


def show_overflows(found: Sequence[Overflow]) -> None:
    """One line for each population: how often u wrapped and v saturated on the data given."""
    for each in found:
        console.print(each.sentence)


def show_findings(findings: Sequence[Finding]) -> None:
    """What the doctor found."""
    from rich.table import Table

    table = Table()
    for title in ("what", "found", "what to do"):
        table.add_column(title)
    for finding in findings:
        table.add_row(finding.name, finding.found, finding.remedy)
    console.print(table)
