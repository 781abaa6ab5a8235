"""Seconds of running programs, backend beside backend, and what a program of a million neurons needs.

What the JSON file holds is not measured again; remove it for fresh figures.
"""

import os
import platform
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

from benchmarks.pages import paragraph, put, table
from benchmarks.runs import Row, chosen, complete
from benchmarks.simulation.measure import beside, large
from targets.contracts.errors import InputError

KEPT = Path(__file__).parents[2] / "docs" / "benchmarks" / "simulation.json"
PAGE = KEPT.with_suffix(".md")
IN_PROCESS = ["numpy", "torch", "onnx", "numba"]
TASKS = [
    *({"neurons": n, "batch": b, "backends": IN_PROCESS, "repeats": 7} for n in (1000, 10_000) for b in (1, 8, 64)),
    *({"neurons": 1000, "batch": b, "backends": ["lava", "numba"], "repeats": 5} for b in (1, 8)),
]
LARGE = [{"neurons": 1_000_000, "backend": "numba"}, {"neurons": 1_000_000, "backend": "torch"}]
_PACKAGES = ("numpy", "numba", "torch", "onnxruntime", "lava-nc")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what is missing and write the page; exit status 1 where bins differ, 2 for bad input."""
    parser = ArgumentParser(prog="python -m benchmarks.simulation", description=__doc__)
    parser.add_argument("--kept", type=Path, default=KEPT, help="the JSON file that is added to")
    given = parser.parse_args(arguments)
    try:
        rows = complete(given.kept, TASKS, beside)
        rows = complete(given.kept, LARGE, large)
        if given.kept == KEPT:
            put(PAGE, "machine", [paragraph(machine())])
            put(PAGE, "simulation", summary(chosen(rows, TASKS)))
            put(PAGE, "large", summary_of_large(chosen(rows, LARGE)))
    except InputError as error:
        parser.error(str(error))
    sys.stdout.write("\n".join([*summary(chosen(rows, TASKS)), "", *summary_of_large(chosen(rows, LARGE))]) + "\n")
    return 1 if any(row["differing"] for row in rows) else 0


def summary(rows: Sequence[Row]) -> list[str]:
    """A table with a row for every backend of every task, each beside numba in the same process."""
    lines = []
    for row in rows:
        same = ("neurons", "batch", "backends")
        numba = next(o for o in rows if o["backend"] == "numba" and all(o[key] == row[key] for key in same))
        lines.append(
            [
                row["backend"],
                f"{row['neurons']:,}",
                str(row["batch"]),
                f"{row['seconds']:.4f}",
                f"{row['least']:.4f}",
                f"{row['seconds'] / numba['seconds']:.1f}",
                str(row["runs"]),
                f"{row['differing']:,}",
                f"{row['load']:.1f}",
            ]
        )
    titles = ["backend", "neurons", "batch", "CPU s, median", "least", "x numba", "runs", "differing bins", "load"]
    return table(titles, lines)


def summary_of_large(rows: Sequence[Row]) -> list[str]:
    """A table with a row for every backend."""
    titles = [
        *("backend", "neurons", "synapses", "ms per step", "peak GiB", "reading, CPU s", "laying out, CPU s"),
        *("spikes per neuron and step", "differing bins", "load"),
    ]
    lines = [
        [
            row["backend"],
            f"{row['neurons']:,}",
            f"{row['synapses']:,}",
            f"{row['step'] * 1e3:.1f}",
            f"{row['peak']:.2f}",
            f"{row['read']:.1f}",
            f"{row['laid_out']:.1f}",
            f"{row['rate']:.3f}",
            f"{row['differing']:,}",
            f"{row['load']:.1f}",
        ]
        for row in rows
    ]
    return table(titles, lines)


def machine() -> str:
    """What it was measured with."""
    versions = {name: metadata.version(name) for name in _PACKAGES}
    told = ", ".join(f"{name} {version}" for name, version in {"Python": platform.python_version(), **versions}.items())
    return f"Machine: {platform.machine()}, {os.cpu_count()} logical cores, {platform.system()}; one thread. {told}."
