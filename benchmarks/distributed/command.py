"""The command: run both measurements, each in processes of their own, and write the page."""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.distributed.page import page

_TORCHRUN = (sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node")
_CASES = ((0, 1), (0, 4), (1, 4), (2, 4), (4, 4))
"""Ranks, 0 without torchrun, and shards."""


def throughput(samples: int, ranks: int, shards: int) -> list[dict[str, Any]]:
    """What every rank found, in their order."""
    module = ["benchmarks.distributed.throughput", str(samples), str(shards)]
    starter = [*_TORCHRUN, str(ranks), "-m"] if ranks else [sys.executable, "-m"]
    ran = subprocess.run([*starter, *module], capture_output=True, text=True, check=True)
    found = [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("{")]
    return sorted(found, key=lambda each: int(each["rank"]))


def memory(samples: int, steps: int) -> dict[str, Any]:
    """What `benchmarks.distributed.memory` found."""
    module = ["-m", "benchmarks.distributed.memory", str(samples), str(steps)]
    ran = subprocess.run([sys.executable, *module], capture_output=True, text=True, check=True)
    return dict(json.loads(ran.stdout))


def main() -> None:
    """Exit status 1 where ranks differ, memory grows by more than 5 %, or a subset is trained to other weights."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.distributed", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("docs/benchmarks/distributed.md"), help="page to write")
    parser.add_argument("--samples", type=int, default=1280, help="of the set that ranks search on")
    parser.add_argument("--many", type=int, default=100_000, help="samples of the set larger than memory")
    parser.add_argument("--steps", type=int, default=10_000, help="of training on it")
    parser.add_argument("--kept", type=Path, help="what benchmarks.distributed.memory has printed before")
    given = parser.parse_args()
    found = [(case, throughput(given.samples, *case)) for case in _CASES]
    large = (
        memory(given.many, given.steps) if given.kept is None else json.loads(given.kept.read_text(encoding="utf-8"))
    )
    text, good = page(found, large, os.cpu_count() or 1)
    given.out.write_text(text, encoding="utf-8")
    sys.stdout.write(text)
    sys.exit(0 if good else 1)
