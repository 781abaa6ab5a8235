"""fuzz_spread: random programs fuzzed by several processes, which finds what one finds."""

import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from motifc.workers.spread import Died, spread
from targets.conformance.fuzz import Failure, FuzzReport, Runner, check_asked, failure_files
from targets.contracts.errors import BackendError
from targets.contracts.raster import SpikeRaster, load_rasters
from targets.program.program import Program
from targets.runtime.backend import run
from targets.runtime.recording import Recording


def named_runner(backend: str) -> Runner:
    """What runs a program on `backend`."""

    def call(program: Program, inputs: Mapping[str, SpikeRaster]) -> Recording:
        return run(program, inputs, backend)

    return call


def fuzz_spread(
    programs: int,
    seed: int,
    backends: Sequence[str],
    workers: int,
    progress: Callable[[int, int], None] = lambda done, programs: None,
    *,
    start: int = 0,
    shrink_runs: int = 400,
    residuals: bool = False,
) -> FuzzReport:
    """What `targets.conformance.fuzz.fuzz` reports of the same programs, run by so many processes.

    A failure comes back as the files that reproduce it, in a folder for their owner alone. Raises InputError as `fuzz`
    does, and BackendError where the processes of a program die, as where a backend crashes.
    """
    check_asked(programs, seed, backends, start)
    answers: dict[int, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory(prefix="motifc-fuzz-") as folder:
        task = {
            "seed": seed,
            "backends": list(backends),
            "shrink_runs": shrink_runs,
            "residuals": residuals,
            "folder": folder,
        }

        def ended(number: int, answer: str | Died) -> None:
            if isinstance(answer, Died):
                raise BackendError(
                    f"program {start + number} of seed {seed} was not compared: {answer.sentence} Run it alone with "
                    f"--start {start + number} --programs 1."
                )
            answers[number] = json.loads(answer)
            progress(len(answers), programs)

        lines = [str(start + number) for number in range(programs)]
        spread("motifc.workers.fuzz_worker", lines, workers, ended, arguments=(json.dumps(task),))
        reports = [_report(answers[number], seed, start + number, Path(folder)) for number in range(programs)]
    return FuzzReport(
        seed=seed,
        backends=tuple(backends),
        programs=programs,
        spikes=sum(report.spikes for report in reports),
        bins=sum(report.bins for report in reports),
        states=sum(report.states for report in reports),
        failures=tuple(failure for report in reports for failure in report.failures),
    )


def _report(told: Mapping[str, Any], seed: int, number: int, folder: Path) -> FuzzReport:
    """The report on one program, its failures read from their files."""
    failures = []
    for backend, difference in told["failures"]:
        program, inputs = failure_files(folder, seed, number, backend)
        failures.append(Failure(number, seed, backend, Program.load(program), load_rasters(inputs), difference))
    return FuzzReport(seed, (), 1, told["spikes"], told["bins"], told["states"], tuple(failures))
