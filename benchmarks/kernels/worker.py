"""A process that runs one competitor on one case whenever it is told to, and says what that took."""

import json
import sys
import time
from dataclasses import replace
from pathlib import Path

import torch

from benchmarks.kernels.case import Case
from benchmarks.kernels.competitors import COMPETITORS

_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def main(name: str, case: Case) -> None:
    """Answer every line of the input with a line: CPU and wall seconds of a pass; at first MiB that a pass takes."""
    torch.set_num_threads(1)
    COMPETITORS[name](replace(case, neurons=16, steps=5, batch=min(case.batch, 64)))()  # what is compiled, is now
    once = COMPETITORS[name](case)
    case.spikes, case.packed, case.places  # noqa: B018 - made before memory is looked at
    before = _kibibytes("VmRSS")
    _CLEAR.write_text("5")  # forget the largest memory so far
    once()
    _tell([(_kibibytes("VmHWM") - before) / (1 << 10)])
    for _ in sys.stdin:
        wall, cpu = time.perf_counter(), time.process_time()
        once()
        _tell([time.process_time() - cpu, time.perf_counter() - wall])


def _kibibytes(key: str) -> int:
    line = next(line for line in _STATUS.read_text().splitlines() if line.startswith(key))
    return int(line.split()[1])


def _tell(numbers: list[float]) -> None:
    sys.stdout.write(json.dumps(numbers) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], Case(**json.loads(sys.argv[2])))
