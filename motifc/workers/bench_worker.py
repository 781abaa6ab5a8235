"""A worker of bench: python -m motifc.workers.bench_worker PROGRAM INPUTS BACKEND, told what to do on every line."""

import json
import resource
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from motifc.workers.serve import serve
from targets.contracts.errors import BackendError, InputError
from targets.contracts.raster import SpikeRaster, load_rasters, save_rasters
from targets.program.program import Program
from targets.runtime.backend import Loaded, load
from targets.runtime.recording import Recording

_STATUS = Path("/proc/self/status")
_MEBIBYTE = 2**20 if sys.platform == "darwin" else 2**10
"""In what `ru_maxrss` counts."""


class Bench:
    """A program on a backend, and the spikes of its last run.

    A line is a JSON list, an answer {"told": ...}, or {"refused": the sentence} where InputError or BackendError is
    raised:

    ["load"]              seconds in which the program is made ready
    ["run", steps, runs]  seconds of a run of the first `steps` steps of the inputs, the mean of so many
    ["peak"]              largest memory so far, MiB: of this process, or of one that it has started and seen end
    ["keep", path]        writes the spikes of the last run
    ["close"]             releases what the backend holds
    """

    def __init__(self, program: Program, inputs: Mapping[str, SpikeRaster], backend: str) -> None:
        self.program, self.inputs, self.backend = program, inputs, backend
        self.loaded: Loaded | None = None
        self.last: Recording | None = None

    def answer(self, line: str) -> str:
        """What is told of a line."""
        task, *given = json.loads(line)
        try:
            told: Any = getattr(self, f"_{task}")(*given)
        except (InputError, BackendError) as error:
            return json.dumps({"refused": str(error)})
        return json.dumps({"told": told})

    def _load(self) -> float:
        begin = time.perf_counter()
        self.loaded = load(self.program, self.backend)
        return time.perf_counter() - begin

    def _run(self, steps: int, runs: int) -> float:
        if self.loaded is None:
            raise InputError(f"{self.backend} was to run before it was loaded; load it first.")
        given = {name: raster.until(steps) for name, raster in self.inputs.items()}
        begin = time.perf_counter()
        for _ in range(runs):
            self.last = self.loaded.run(given)
        return (time.perf_counter() - begin) / runs

    def _peak(self) -> float:
        return max(_own_peak(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / _MEBIBYTE)

    def _keep(self, path: str) -> None:
        save_rasters({} if self.last is None else self.last.spikes, path)

    def _close(self) -> None:
        if self.loaded is not None:
            self.loaded.close()


def _own_peak() -> float:
    """MiB. `getrusage` would count what the process had that has started this one, so the system is asked first."""
    if _STATUS.is_file():
        for line in _STATUS.read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _MEBIBYTE


def main() -> None:
    """Answer lines on one backend."""
    program, inputs, backend = sys.argv[1:]
    serve(Bench(Program.load(program), load_rasters(inputs), backend).answer)


if __name__ == "__main__":
    main()
