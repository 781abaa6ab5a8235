"""Tables of docs/interchange.md: `python -m benchmarks.interchange --demo demo/demo.program --shared ../shared`."""

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.interchange import openers
from benchmarks.interchange.importers import IMPORTERS, imported
from benchmarks.interchange.subjects import Subject, subjects
from benchmarks.pages import put, table
from compiler.exporting import export_program
from targets.runtime.backend import load

PAGE = Path(__file__).parents[2] / "docs" / "interchange.md"
OPENERS: dict[str, Callable[..., str]] = {
    "json, networkx": openers.networkx_json,
    "graphml, networkx": openers.networkx_graphml,
    "c, gcc": openers.c_compiler,
    "onnx": openers.onnx_evaluators,
    "lava, lava-nc": openers.lava,
    "lava:core, lava-nc": openers.lava_by_cores,
    "sanafe, SANA-FE": openers.sanafe,
}
BACKENDS = ("c", "numpy", "numba", "torch", "onnx")
_RUNS = 3


def opened(found: list[Subject], names: list[str]) -> list[str]:
    """The table of exports and what opened them."""
    rows = []
    for name in names:
        for each in found:
            try:
                told = openers.in_a_folder(OPENERS[name], each.program, each.spikes)
            except Exception as error:  # whoever runs this sees it in the table
                told = f"failed: {str(error).splitlines()[0][:90]}"
            rows.append((name, each.name, told))
            sys.stderr.write(f"{name}, {each.name}: {told}\n")
    return table(("export, opened by", "of", "what came of it"), rows, "lll")


def taken(found: list[Subject]) -> list[str]:
    """The table of NIR importers."""
    rows = []
    for each in found:
        with TemporaryDirectory(prefix="motifc-") as folder:
            path = Path(folder, "net.nir")
            export_program(each.source, "nir", path)
            given = next(iter(each.spikes.values())).dense()[0]
            told = {one.importer.split()[0]: one.told for one in imported(path, given)}
        rows.append((each.name, *(told[name] for name in IMPORTERS)))
        sys.stderr.write(f"{rows[-1]}\n")
    return table(("graph of", *IMPORTERS), rows, "l" + "l" * len(IMPORTERS))


def timed(subject: Subject) -> list[str]:
    """CPU time per step and sample of every backend, the least of some runs, interleaved."""
    machines = {name: load(subject.program, name) for name in BACKENDS}
    seconds: dict[str, list[float]] = {name: [] for name in BACKENDS}
    for _ in range(_RUNS + 1):  # the first compiles
        for name, machine in machines.items():
            begun = time.process_time()
            machine.raw(subject.spikes)
            seconds[name].append(time.process_time() - begun)
    first = next(iter(subject.spikes.values()))
    steps = first.samples * first.steps
    rows = [(name, f"{min(each[1:]) / steps * 1e6:.2f}") for name, each in seconds.items()]
    return table(("backend", "microseconds of CPU per step and sample"), rows)


def _asked(text: str) -> Iterator[str]:
    for each in text.split(";"):
        if each.strip():
            yield each.strip()


def main() -> int:
    """Make the tables, print them and write them into the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition(":")[0])
    parser.add_argument("table", choices=("opened", "importers", "time"))
    parser.add_argument("--demo", type=Path, help="demo.program of motifc demo", required=True)
    parser.add_argument("--shared", type=Path, default=Path(os.environ.get("MOTIFC_SHARED", "../shared")))
    parser.add_argument("--exports", default=";".join(OPENERS), help="those of the table, separated by ;")
    parser.add_argument("--samples", type=int, default=3)
    parser.add_argument("--page", type=Path, default=PAGE)
    given = parser.parse_args()
    found = subjects(given.demo, given.shared, given.samples)
    np.seterr(all="ignore")
    if given.table == "opened":
        lines = opened(found, list(_asked(given.exports)))
    elif given.table == "importers":
        lines = taken(found)
    else:
        lines = timed(found[0])
    if given.table != "opened" or given.exports == ";".join(OPENERS):
        put(given.page, given.table, lines)
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
