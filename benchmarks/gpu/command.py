"""Check and measure what runs on a GPU, in under five minutes.

The JSON file is written after every row, so that whatever ends the run early loses nothing. It needs torch, triton,
numba, numpy and networkx, no network and no other file. Exit status 1 where something differs from the oracle or fails.
"""

import os
import platform
import sys
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from benchmarks.gpu.page import page, read, written
from benchmarks.gpu.plan import Task, tasks
from targets.contracts.errors import InputError
from targets.contracts.writing import check_writable, write_text

KEPT = Path(__file__).parents[2] / "docs" / "benchmarks" / "gpu.json"
TOLERANCE = 1e-4
"""Largest relative difference of gradients that counts as equal."""
Row = dict[str, Any]
_INTERPRETED = "none: a CPU, with Triton's interpreter"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, or with --page only write the page of what was measured; exit status 2 for bad input."""
    begin = time.monotonic()
    parser = ArgumentParser(prog="python -m benchmarks.gpu", description=__doc__)
    parser.add_argument("--out", type=Path, default=KEPT, help="the JSON file; the page goes beside it as .md")
    parser.add_argument("--seconds", type=float, default=280.0, help="after these no row is begun")
    parser.add_argument("--tiny", action="store_true", help="sizes for a CPU with TRITON_INTERPRET=1")
    parser.add_argument("--page", action="store_true", help="measure nothing: write the page of the JSON file")
    given = parser.parse_args(arguments)
    try:
        if given.page:
            write_text(given.out.with_suffix(".md"), page(read(given.out)))
            return 0
        check_writable(given.out)
        device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        if device.type == "cpu" and not (given.tiny and os.environ.get("TRITON_INTERPRET") == "1"):
            raise InputError(
                "torch finds no GPU here; run this on a machine that has one, or with TRITON_INTERPRET=1 and --tiny."
            )
        rows = measured(tasks(given.tiny), device, given.out, begin + given.seconds)
        write_text(given.out.with_suffix(".md"), page(read(given.out)))
    except InputError as error:
        parser.error(str(error))
    wrong = [row for row in rows if "failed" in row or not agrees(row)]
    sys.stdout.write(f"{len(rows)} rows, {len(wrong)} failed or unequal, in {given.out}\n")
    return 1 if wrong else 0


def measured(planned: Sequence[Task], device: torch.device, path: Path, end: float) -> list[Row]:
    """A row for every task; those that there was no time for before `end` say so."""
    named = torch.cuda.get_device_name(device) if device.type == "cuda" else _INTERPRETED
    about = {
        "device": named,
        "machine": f"{platform.machine()}, {os.cpu_count()} logical cores, {platform.system()}",
        "versions": versions(),
    }
    rows: list[Row] = [{"table": task.table, **task.about, "not measured": "the run ended before"} for task in planned]
    write_text(path, written({**about, "rows": rows}))
    for number, task in enumerate(planned):
        row: Row = {"table": task.table, **task.about}
        left = max(end - time.monotonic(), 0.0)
        if left < task.needed:
            row["not measured"] = f"{left:.0f} s were left of the time given, and {task.needed:.0f} s are set aside"
        else:
            row |= _tried(task, device)
        rows[number] = row
        write_text(path, written({**about, "rows": rows}))
        sys.stderr.write(f"{row}\n")
    return rows


def agrees(row: Row) -> bool:
    """Whether a row shows no difference to the oracle; a row of seconds shows none."""
    return not row.get("differing", 0) and row.get("gradients", 0.0) <= TOLERANCE


def versions() -> dict[str, str]:
    """Of everything it was measured with."""
    import numba
    import numpy as np
    import triton

    packages = {each.__name__: str(each.__version__) for each in (torch, triton, numba, np)}
    return {"Python": platform.python_version(), **packages}


def _tried(task: Task, device: torch.device) -> Row:
    """The figures of a task, or why there are none."""
    try:
        return task.measure(device)
    except torch.cuda.OutOfMemoryError:
        return {"not measured": "more memory is needed than the device has"}
    except Exception as error:  # whatever it is, the other rows are wanted
        told = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        if task.about.get("by") == "graph":
            reason = "no CUDA graph without a device" if device.type == "cpu" else f"no CUDA graph can be made ({told})"
            return {"not measured": reason}
        return {"failed": told}
    finally:
        if device.type == "cuda":
            torch.cuda.empty_cache()
