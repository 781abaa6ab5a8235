"""CPU seconds, memory, messages and hops of the mapper beside those of another checkout, on the same networks.

Both measure the same case by turns, each in a process of its own. Rows that the .json file beside the page holds for
the same compiler are not measured again, so that the benchmark may be run in parts. The exit status is 1 where a bound
is missed.
"""

import hashlib
import json
import os
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from benchmarks.mapping.speed.cases import CASES, TINY, Case
from benchmarks.mapping.speed.page import NEW, OLD, bounds, page
from benchmarks.processor import ONE_THREAD
from benchmarks.refusals import refusing
from benchmarks.runs import Row, chosen, complete
from targets.contracts.errors import InputError
from targets.contracts.writing import check_writable, write_text

_HERE = Path(__file__).resolve().parents[3]
_CODE = ("compiler", "targets")


@refusing
def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what is missing, write the page; 1 where a bound is missed. Bad input: one sentence, exit status 2."""
    parser = ArgumentParser(prog="python -m benchmarks.mapping.speed", description=__doc__)
    parser.add_argument("--old", type=Path, required=True, help="folder of a checkout of the earlier code")
    parser.add_argument("--out", type=Path, required=True, help="Markdown file; its rows go beside it")
    names = [case.name for case in (*CASES, *TINY)]
    parser.add_argument("--cases", nargs="+", choices=names, default=[case.name for case in CASES])
    given = parser.parse_args(arguments)
    cases = [case for case in (*CASES, *TINY) if case.name in given.cases]
    check_writable(given.out)
    rows = measure(cases, given.old.resolve(), given.out.with_suffix(".json"))
    write_text(given.out, page(cases, rows, f"python -m benchmarks.mapping.speed --old ... --out {given.out}"))
    missed = [(case, bound) for case, bound in bounds(cases, rows) if bound.met is False]
    sys.stderr.writelines(f"missed: {case}, {each.name}: {each.got}, asked {each.asked}\n" for case, each in missed)
    return int(bool(missed))


def measure(cases: Sequence[Case], old: Path, path: Path) -> list[Row]:
    """The rows of these cases and both compilers, the file at `path` completed."""
    folders = {OLD: old, NEW: _HERE}
    for folder in folders.values():
        if not (folder / "compiler" / "pipeline.py").is_file():
            raise InputError(f"{folder} holds no compiler/pipeline.py; give the folder of a checkout with --old.")
    tasks = [
        {"case": case.name, "seed": seed, "side": side, "code": digest(folder)}
        for case in cases
        for seed in case.seeds
        for side, folder in folders.items()
    ]
    return chosen(complete(path, tasks, partial(_measured, folders={k: str(f) for k, f in folders.items()})), tasks)


def digest(folder: Path) -> str:
    """What tells the compiler in a folder from others: the start of a SHA-256 of its sources."""
    files = sorted(path for part in _CODE for path in (folder / part).rglob("*.py"))
    told = hashlib.sha256()
    for path in files:
        told.update(f"{path.relative_to(folder).as_posix()}\n".encode() + path.read_bytes())
    return told.hexdigest()[:12]


def _measured(case: str, seed: int, side: str, code: str, folders: dict[str, str]) -> list[Row]:
    """The row of one case and compiler, by a process that has that compiler; `code` tells rows apart."""
    command = [sys.executable, "-P", str(Path(__file__).with_name("worker.py")), case, str(seed)]
    environment = os.environ | {"PYTHONPATH": folders[side]} | ONE_THREAD
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=environment, check=False)
    if done.returncode:
        raise InputError(f"the {side} compiler failed at {case}, seed {seed}; what it wrote to stderr says why.")
    return [json.loads(done.stdout) | {"load": round(os.getloadavg()[0], 1)}]
