"""Seconds and memory of one recurrent layer, forward and backward, beside the plain loop and other libraries.

Every competitor has a process of its own; they run in turn, a pass each, so that other work on the machine falls on all
alike. Rows that the .json file beside the page holds are not measured again.
"""

import json
import os
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.kernels.case import Case
from benchmarks.kernels.competitors import OTHERS
from benchmarks.kernels.page import page
from benchmarks.processor import ONE_THREAD
from benchmarks.refusals import refusing
from benchmarks.runs import Row, complete
from search.training.kernels.lanes import WIDE, piece_of
from targets.contracts.errors import InputError
from targets.contracts.provenance import making
from targets.contracts.writing import check_writable, write_text

LAYER = Case()
_SLOWEST = {
    "loop": 1 << 12,
    **dict.fromkeys(OTHERS, 512),
    "snntorch": 2 << 10,
}  # neurons beyond which a pass takes minutes
TABLES: dict[str, tuple[list[Case], tuple[str, ...]]] = {
    "layer": ([LAYER, replace(LAYER, links=24)], ("kernels", "loop", *OTHERS)),
    "neurons": ([replace(LAYER, neurons=128 << k) for k in range(7)], ("kernels", "loop")),
    "steps": ([replace(LAYER, steps=steps) for steps in (50, 100, 200, 500, 1000)], ("kernels", "loop")),
    "batch": ([replace(LAYER, batch=batch, readout=40) for batch in (1, 4, 16, 64, 128, 256)], ("kernels", "loop")),
    "step": (
        [
            Case(neurons=128, links=24, channels=200, rate=0.043, steps=40, readout=40),
            Case(neurons=128, links=24, channels=78, rate=0.16, steps=93, readout=40),
            Case(neurons=512, readout=40),
            Case(neurons=1 << 10, channels=700, rate=0.02, readout=40),
        ],
        ("kernels", "loop"),
    ),
    "snntorch": (
        [
            *(replace(LAYER, batch=batch) for batch in (1, 256)),
            *(replace(LAYER, steps=steps) for steps in (50, 1000)),
            *(replace(LAYER, neurons=neurons) for neurons in (128, 2 << 10)),
        ],
        ("kernels", "snntorch"),
    ),
}
"""Cases and competitors of every table."""


@refusing
def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what is missing and write the page. Bad input: one sentence, exit status 2."""
    parser = ArgumentParser(prog="python -m benchmarks.kernels", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="Markdown file; rows go beside it as .json")
    parser.add_argument("--tables", nargs="+", choices=list(TABLES), default=list(TABLES), help="only these tables")
    parser.add_argument("--repeats", type=int, default=9, help="passes of every competitor")
    given = parser.parse_args(arguments)
    check_writable(given.out)
    tasks = [{"table": name, "case": asdict(case)} for name in given.tables for case in TABLES[name][0]]
    rows = complete(given.out.with_suffix(".json"), tasks, partial(_of_table, repeats=given.repeats))
    write_text(given.out, page(rows))


def _of_table(table: str, case: dict[str, Any], repeats: int) -> list[Row]:
    return measured(Case(**case), TABLES[table][1], repeats)


def measured(case: Case, competitors: Sequence[str], repeats: int) -> list[Row]:
    """A row for each competitor that is installed and not too slow for the case."""
    there = []
    for name in competitors:
        if name in OTHERS and not find_spec(name):
            sys.stderr.write(f"{name} is not installed, so its rows are missing; pip install --no-deps {name}\n")
        elif case.neurons <= _SLOWEST.get(name, case.neurons):
            there.append(name)
    environment = os.environ | ONE_THREAD
    workers = [
        subprocess.Popen(
            [sys.executable, "-m", "benchmarks.kernels.worker", name, json.dumps(asdict(case))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        for name in there
    ]
    try:
        memory = [_answer(worker)[0] for worker in workers]
        seconds: list[list[float]] = [[] for _ in workers]
        for _ in range(repeats):
            for number, worker in enumerate(workers):
                if sum(seconds[number]) < 30:  # a slow one has told enough
                    seconds[number].append(_answer(worker, "once\n")[0])
    finally:
        for worker in workers:
            worker.kill()
            worker.communicate()
    load = os.getloadavg()[0]
    return [
        {
            "case": asdict(case),
            "competitor": name,
            "median": median(each),
            "least": min(each),
            "repeats": len(each),
            "mebibytes": most,
            "load": round(load, 1),
            "cpu": f"{making('').cpu} with registers of {512 if piece_of(WIDE) == WIDE else 256} bits",
        }
        for name, each, most in zip(there, seconds, memory, strict=True)
    ]


def _answer(worker: "subprocess.Popen[str]", line: str = "") -> list[float]:
    if worker.stdin is None or worker.stdout is None:
        raise InputError("a process of the benchmark has no pipes; start it anew.")
    worker.stdin.write(line)
    worker.stdin.flush()
    told = worker.stdout.readline()
    if not told:
        raise InputError("a process of the benchmark ended early; what it wrote to stderr says why, so mend that.")
    return list(json.loads(told))
