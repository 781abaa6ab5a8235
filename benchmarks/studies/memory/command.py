"""The command: run the plans where a folder is named, keep what is new, and write the page and its pictures.

Run it with: python -m benchmarks.studies.memory
"""

import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.refusals import refusing
from benchmarks.studies.command import PAGES
from benchmarks.studies.memory import fronts, motifs
from benchmarks.studies.memory.comparing import default
from benchmarks.studies.memory.page import Study, page
from benchmarks.studies.memory.trials import Kept, collect, collect_again, kept, repeated
from motifc.sweep.chain import run_trial
from motifc.sweep.executors import processes
from motifc.sweep.outcome import outcome_in
from motifc.sweep.plan_file import load_plan
from motifc.sweep.run import run_plan
from motifc.sweep.study import begin_study
from targets.contracts.errors import InputError
from targets.contracts.provenance import making
from targets.contracts.writing import write_text

PLANS = (
    "plan.toml",
    "spikes.toml",
    "spikes_scan.toml",
    "spikes_rows.toml",
    "fan_in_rows.toml",
    "fan_in_first.toml",
    "head_room.toml",
    "budget.toml",
    "selection.toml",
)


@refusing
def main(arguments: Sequence[str] | None = None) -> int:
    """Run, collect, write; or one trial alone. Bad input: one sentence, exit status 2."""
    parser = ArgumentParser(description="Compare searches on tasks that ask for memory.")
    parser.add_argument("--study", type=Path, help="folder of the studies, to run what is not finished there")
    parser.add_argument("--plan", choices=PLANS, action="append", help="only this plan; may be given several times")
    parser.add_argument("--again", action="store_true", help="with --study: a second run, whose rows are kept apart")
    parser.add_argument("--jobs", type=int, default=1, help="trials at the same time, one processor each")
    parser.add_argument("--out", type=Path, default=PAGES, help="folder of the page and its pictures")
    parser.add_argument("--trial", action="store_true", help="run one trial of the plan alone and compare its digest")
    given = parser.parse_args(arguments)
    if given.trial:
        return one_trial(kept())
    if given.study is not None:
        ran(given.plan or PLANS, given.study, given.jobs, given.again)
    rows = kept()
    write_text(given.out / "memory.md", page(rows, repeated()))
    fronts.draw(Study(rows).weighed, given.out / "memory_fronts.png")
    motifs.draw(rows, default(Study(rows).ranks), given.out / "memory_motifs.png")
    hours = sum(row.seconds for row in rows) / 3600
    sys.stderr.write(f"{len(rows)} trials, {hours:.2f} CPU hours in all.\n")
    return 0


def ran(plans: Sequence[str], study: Path, jobs: int, again: bool) -> None:
    """Run what is not finished of these plans, each in a folder of its own, and keep what is new.

    With `again` that is a second run.
    """
    for file in plans:
        plan = load_plan(Path(__file__).parent / file)
        told = run_plan(plan, processes(jobs), study / plan.name)
        sys.stderr.write(f"{told.sentence}\n")
        if again:
            collect_again(study / plan.name, plan.name)
        else:
            collect(study / plan.name, plan.name, jobs)


def one_trial(rows: Sequence[Kept]) -> int:
    """Run the first trial alone; 0 where its network is the one that is kept or, on another kind of processor, as good.

    As good is: within two standard deviations of the replicates.
    """
    plan = load_plan(Path(__file__).parent / PLANS[0])
    with tempfile.TemporaryDirectory() as name:
        study = begin_study(plan, Path(name) / "study")
        row = study.row(study.begin(1)[0])
        run_trial(row.folder, row.trial.digest)
        outcome = outcome_in(row.folder, row.trial.digest)
    own = [each for each in rows if (each.plan, each.data, each.arm) == (plan.name, row.trial.data, row.trial.arm)]
    known = next((each for each in own if each.replicate == row.trial.replicate), None)
    if known is None:
        raise InputError(f"no row of {row.trial.name} is kept that it could be compared with; run --study first.")
    if outcome is None:
        raise InputError(f"{row.trial.name} has no outcome; its log was told above.")
    accuracy, cpu = outcome.figures["accuracy"] or 0.0, making("").cpu
    sys.stdout.write(f"{row.trial.name} on {cpu}: {accuracy:.2%}, network {outcome.network[:16]}.\n")
    sys.stdout.write(f"Kept, of {known.cpu}: {known.accuracy:.2%}, network {known.network[:16]}.\n")
    if cpu == known.cpu:
        same = outcome.network == known.network
        sys.stdout.write(f"The same kind of processor: the digests are {'equal' if same else 'NOT equal'}.\n")
        return 0 if same else 1
    spread = 2 * float(np.std([each.accuracy for each in own], ddof=1))
    near = abs(accuracy - known.accuracy) <= spread
    sys.stdout.write(f"Another kind of processor: {'within' if near else 'NOT within'} {spread:.2%} of what is kept.\n")
    return 0 if near else 1
