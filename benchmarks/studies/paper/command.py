"""Run the plans of the paper's data sets that are there, print and write one table; the others are not measured."""

import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.pages import paragraph, table
from benchmarks.refusals import refusing
from benchmarks.studies.command import PAGES
from motifc.sweep.executors import Execute, processes
from motifc.sweep.plan import Plan
from motifc.sweep.plan_file import load_plan
from motifc.sweep.run import Ran, run_plan
from motifc.sweep.study import Row
from search.data.load import load_split
from targets.contracts.errors import InputError
from targets.contracts.writing import write_text

PLANS = Path(__file__).parent
NAMES = ("ti46-alpha", "n-tidigits", "dvs-gesture", "nmnist")
PAPER: Mapping[str, Mapping[str, float]] = {
    "ti46-alpha": {"hrmas": 96.44, "no-plasticity": 95.20, "no-motif": 88.35, "recurrent": 94.10},
    "n-tidigits": {"hrmas": 94.66},
    "dvs-gesture": {"hrmas": 90.28},
    "nmnist": {"hrmas": 98.72},
}
"""Best accuracies that W. Zhang, H. Geng and P. Li (2024) tell, percent; their ablation is on TI46-Alpha alone."""
NOT_MEASURED = "not measured"


@refusing
def main(arguments: Sequence[str] | None = None) -> int:
    """Every plan whose data are there; 1 where a trial failed or backends disagree."""
    parser = ArgumentParser(description="Run the paper's ablation on its data sets, as far as these are there.")
    parser.add_argument("--data", type=Path, help="folder that holds them by name (default: $MOTIFC_DATA)")
    parser.add_argument("--only", nargs="+", choices=NAMES, default=list(NAMES), help="which (default: all)")
    parser.add_argument("--studies", type=Path, default=Path(tempfile.gettempdir()) / "motifc-paper", help="for trials")
    parser.add_argument("--workers", type=int, default=1, help="trials at the same time (default: %(default)s)")
    parser.add_argument("--page", type=Path, default=PAGES / "paper.md", help="page to write (default: %(default)s)")
    given = parser.parse_args(arguments)
    plans = [placed(load_plan(PLANS / f"{name}.toml"), given.data) for name in given.only]
    ran = {plan.data[0].name: run(plan, processes(given.workers), given.studies, sys.stderr.write) for plan in plans}
    text = page(ran)
    sys.stdout.write(text)
    write_text(given.page, text)
    return 0 if all(isinstance(each, str) or each.good for each in ran.values()) else 1


def placed(plan: Plan, folder: Path | None) -> Plan:
    """The plan with its data in a folder of theirs, or where $MOTIFC_DATA says."""
    if folder is None:
        return plan
    return replace(plan, data=tuple(replace(each, files=str((folder / each.name).absolute())) for each in plan.data))


def run(plan: Plan, execute: Execute, studies: Path, tell: Callable[[str], object]) -> Ran | str:
    """What has become of the plan's trials; why there are none where its data cannot be read."""
    source = plan.data[0]
    try:
        load_split(source.place, Path(source.files) if source.files else None, plan.seeds[0])
    except InputError as error:
        tell(f"{source.name}: {NOT_MEASURED}, since {error}\n")
        return str(error)

    def ended(row: Row, done: int, total: int) -> None:
        tell(f"{row.trial.name}, {done} of {total}\n")

    return run_plan(plan, execute, studies / source.name, ended)


def page(ran: Mapping[str, Ran | str]) -> str:
    """The page."""
    missing = [name for name, found in ran.items() if isinstance(found, str)]
    lines = [
        "# The paper's data sets and ablation",
        "",
        paragraph("""
        Command: `python -m benchmarks.studies.paper --data FOLDER`, where FOLDER holds each data set by its name
        ([data.md](../data.md) says what is needed of each). Plans: benchmarks/studies/paper, with the paper's layer
        sizes and ablation; epochs and sizes of motifs are not told there, so that they are ours. Each runs with
        `motifc sweep run`, too. What can be read is run, and gone on with; the rest is not measured.
        """),
        "",
        *table(
            ["data", "method", "test accuracy, mean", "sd", "n", "paper, best"],
            [row for name in ran for row in _rows(name, ran[name])],
            "llrrrr",
        ),
        "",
    ]
    if missing:
        lines += [f"Not there when this page was written: {', '.join(missing)}.", ""]
    return "\n".join(lines)


def _rows(name: str, found: Ran | str) -> list[list[str]]:
    """A line for every arm of a data set."""
    plan = load_plan(PLANS / f"{name}.toml")
    lines = []
    for arm in plan.arms:
        theirs = f"{PAPER[name][arm]:.2f} %" if arm in PAPER[name] else ""
        scores = [] if isinstance(found, str) else accuracies(found, arm)
        mean = f"{100 * np.mean(scores):.2f} %" if scores else NOT_MEASURED
        sd = f"{100 * np.std(scores, ddof=1):.2f}" if len(scores) > 1 else ""
        lines.append([name, arm, mean, sd, str(len(scores)), theirs])
    return lines


def accuracies(ran: Ran, arm: str) -> list[float]:
    """Test accuracies of the arm's trials that have ended well."""
    rows = [row.outcome for row in ran.rows if row.trial.arm == arm and row.outcome is not None]
    figures = (outcome.figures["accuracy"] for outcome in rows)
    return [each for each in figures if each is not None]
