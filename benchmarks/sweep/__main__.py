"""Run a study of digits by one worker and by two, in one run; print what both cost and whether it is little enough.

Run it with: python -m benchmarks.sweep
It ends with 1 where outcomes differ or a limit is passed; wall times are judged where little else runs beside.
"""

import os
import sys
import tempfile
import threading
import time
from argparse import ArgumentParser
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.pages import paragraph, table
from benchmarks.processor import processor_seconds
from benchmarks.studies.command import PAGES
from motifc.sweep.executors import processes
from motifc.sweep.plan import Plan
from motifc.sweep.plan_file import plan_of
from motifc.sweep.run import Ran, run_plan
from motifc.sweep.status import status
from motifc.sweep.study import study_in
from motifc.sweep.tables import tables_of
from targets.contracts.errors import InputError
from targets.contracts.writing import write_text

CPU, BUSY, WALL, QUIET = 1.1, 0.9, 0.6, 0.3
"""Most CPU seconds and wall of two workers over those of one, least share of the wall a worker runs trials in, and the
most processors that anything else may use where walls are compared."""
_EVERY = 2.0


@dataclass(frozen=True)
class Measured:
    """A study run by so many workers.

    wall, cpu     seconds; CPU of this process and all workers, imports included
    busy          shares of the wall in which each worker ran trials
    beside        processors that everything else used meanwhile, on average
    looks         times that status and tables were asked for meanwhile
    """

    workers: int
    wall: float
    cpu: float
    busy: tuple[float, ...]
    beside: float
    looks: int
    digest: str


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and write the page where one is asked for."""
    parser = ArgumentParser(description="Run a study of digits by one worker and by two.")
    parser.add_argument("--replicates", type=int, default=12, help="of two methods each (default: %(default)s)")
    parser.add_argument("--training", type=int, default=30, help="epochs of training (default: %(default)s)")
    parser.add_argument("--page", type=Path, default=PAGES / "sweep.md", help="page to write (default: %(default)s)")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run_plan(_plan(1, 1), processes(1), folder / "warm")  # compiles the kernels, if they were never before
        plan = _plan(given.replicates, given.training)
        one, two = (measured(plan, count, folder / str(count)) for count in (1, 2))
    faults = passed(one, two)
    asked = f"python -m benchmarks.sweep --replicates {given.replicates} --training {given.training}"
    text = page(one, two, len(plan.trials()), faults, asked)
    sys.stdout.write(text)
    write_text(given.page, text)
    return 1 if faults else 0


def measured(plan: Plan, workers: int, folder: Path) -> Measured:
    """The study run by so many workers, looked at all the while."""
    over, looks = threading.Event(), [0]

    def look() -> None:
        while not over.wait(_EVERY):
            try:
                study = study_in(folder)
            except InputError:  # it has not begun
                continue
            tables_of(study)
            looks[0] += sum(status(study).counts.values()) == len(plan.trials())

    looking = threading.Thread(target=look)
    looking.start()
    machine, own, began = _machine_seconds(), processor_seconds(), time.monotonic()
    try:
        ran = run_plan(plan, processes(workers), folder)
    finally:
        over.set()
        looking.join()
    wall, cpu = time.monotonic() - began, processor_seconds() - own
    beside = max(0.0, (_machine_seconds() - machine - cpu) / wall)
    return Measured(workers, wall, cpu, _busy(ran, wall), beside, looks[0], ran.digest)


def passed(one: Measured, two: Measured) -> list[str]:
    """A sentence for every limit that is passed."""
    faults = []
    if one.digest != two.digest:
        faults.append(f"outcomes differ: {one.digest[:16]} and {two.digest[:16]}.")
    if two.cpu > CPU * one.cpu:
        faults.append(f"two workers take {two.cpu / one.cpu:.2f} times the CPU seconds of one; {CPU} is allowed.")
    if min(two.busy) < BUSY:
        faults.append(f"a worker ran trials in {min(two.busy):.1%} of the wall; {BUSY:.0%} is asked for.")
    if max(one.beside, two.beside) < QUIET and two.wall > WALL * one.wall:
        faults.append(f"two workers take {two.wall / one.wall:.2f} times the wall of one; {WALL} is allowed.")
    if not (one.looks and two.looks):
        faults.append("status and table were never told while it ran.")
    return faults


def page(one: Measured, two: Measured, trials: int, faults: Sequence[str], command: str) -> str:
    """The figures as Markdown."""
    rows = [
        [
            str(each.workers),
            f"{each.wall:.1f}",
            f"{each.cpu:.1f}",
            ", ".join(f"{share:.1%}" for share in each.busy),
            f"{each.beside:.2f}",
            str(each.looks),
            each.digest[:16],
        ]
        for each in (one, two)
    ]
    quiet = max(one.beside, two.beside) < QUIET
    judged = "" if quiet else f" More than {QUIET} processors were used beside it, so that the wall is not judged."
    titles = ["workers", "wall s", "CPU s", "busy", "processors used beside", "looks", "outcomes"]
    return "\n".join(
        [
            "# A sweep by one worker and by two",
            "",
            paragraph(f"""
            Command: `{command}`. A study of {trials} trials on digits (two methods, a search of one
            epoch, a short training, compiled for loihi2, numpy against numba), by one worker and then by two, on
            {os.cpu_count()} processors. `busy` is the share of the wall in which each worker ran trials; a look asks
            for status and tables while the study runs.
            """),
            "",
            *table(titles, rows),
            "",
            paragraph(f"""
            CPU seconds of two workers over those of one: {two.cpu / one.cpu:.3f} (at most {CPU}). Wall:
            {two.wall / one.wall:.3f} (at most {WALL} where less than {QUIET} processors are used beside).{judged}
            """),
            "",
            *(faults or ["No limit is passed."]),
            "",
        ]
    )


def _plan(replicates: int, training: int) -> Plan:
    told: Mapping[str, Any] = {
        "name": "one and two workers",
        "data": ["digits"],
        "methods": ["hrmas", "random-motif"],
        "replicates": replicates,
        "settings": {
            "model": {"neurons": [64], "sizes": [4, 8]},
            "search": {"epochs": 1},
            "training": {"epochs": training},
        },
    }
    return plan_of(told)


def _busy(ran: Ran, wall: float) -> tuple[float, ...]:
    """Share of the wall in which each process ran trials."""
    seconds: defaultdict[str, float] = defaultdict(float)
    for row in ran.rows:
        if row.outcome is not None:
            seconds[row.outcome.machine["process"]] += row.outcome.cost.ended - row.outcome.cost.began
    return tuple(each / wall for each in seconds.values()) or (0.0,)


def _machine_seconds() -> float:
    """CPU seconds of everything, as Linux counts them: all but idle and waiting."""
    line = Path("/proc/stat").read_text(encoding="utf-8").splitlines()[0]
    ticks = [int(each) for each in line.split()[1:9]]
    return (sum(ticks) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    sys.exit(main())
