"""BenchProcess: one backend with one program in a process of its own, which runs whenever it is told to."""

import json
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from motifc.workers.serve import READY
from motifc.workers.spread import asked, heard, how_ended, worker_command, worker_environment
from targets.contracts.errors import BackendError
from targets.contracts.raster import SpikeRaster, load_rasters


class BenchProcess:
    """A worker with one thread, see `motifc.workers.bench_worker`; `close` ends it.

    What the backend raises there is raised here as BackendError, and so is the end of the process.
    """

    def __init__(self, backend: str, program: Path, inputs: Path) -> None:
        self._spikes = inputs.with_name(f"{backend.replace(':', '-')}.npz")
        command = worker_command("motifc.workers.bench_worker", (str(program), str(inputs), backend))
        self._process = subprocess.Popen(
            command, env=worker_environment({}), stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
        )
        self._busy = False
        if heard(self._process) != READY:
            raise self._died()

    def load(self) -> float:
        """Make the program ready; seconds."""
        return float(self._told("load"))

    def run(self, steps: int, runs: int) -> float:
        """Run the first `steps` steps so many times; seconds of a run."""
        return float(self._told("run", steps, runs))

    def peak(self) -> float:
        """The largest memory so far of the process, or of one that it started, MiB."""
        return float(self._told("peak"))

    def spikes(self) -> Mapping[str, SpikeRaster]:
        """Spikes of the last run by population."""
        self._told("keep", str(self._spikes))
        return load_rasters(self._spikes)

    def close(self) -> None:
        """End the process: at once where it is at work, else when the backend has released what it holds."""
        if not self._busy:
            with suppress(BackendError):
                self._told("close")
        self._process.kill()
        self._process.communicate()

    def _told(self, *line: object) -> Any:
        self._busy = True
        answer = asked(self._process, json.dumps(line))
        self._busy = False
        if answer is None:
            raise self._died()
        told = json.loads(answer)
        if "refused" in told:
            raise BackendError(told["refused"])
        return told["told"]

    def _died(self) -> BackendError:
        status = self._process.wait()
        return BackendError(f"the process that ran it ended {how_ended(status)}; what it said stands above.")
