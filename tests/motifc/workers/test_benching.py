"""BenchProcess: a backend in a process of its own, whose refusals and whose end are told."""

import os
import signal
from pathlib import Path

import pytest

from motifc.bench.motif_program import motif_program, random_spikes
from motifc.workers.benching import BenchProcess
from targets.conformance.equivalence import compare
from targets.contracts.errors import BackendError
from targets.contracts.raster import save_rasters
from targets.runtime.backend import run

PROGRAM = motif_program(16)
SPIKES = random_spikes(PROGRAM, 2, 12, 0.3)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    PROGRAM.save(tmp_path / "a.program")
    save_rasters({"spikes": SPIKES}, tmp_path / "inputs.npz")
    return tmp_path / "a.program", tmp_path / "inputs.npz"


@pytest.mark.slow
def test_it_runs_what_it_is_told_to_and_tells_its_memory(files: tuple[Path, Path]) -> None:
    bench = BenchProcess("numpy", *files)
    try:
        assert bench.load() >= 0
        assert bench.run(5, 3) > 0
        assert compare(run(PROGRAM, SPIKES.until(5)).spikes, bench.spikes()).equal
        assert bench.run(12, 1) > 0
        assert compare(run(PROGRAM, SPIKES).spikes, bench.spikes()).equal
        assert 20 < bench.peak() < 1000
    finally:
        bench.close()
    assert bench._process.returncode is not None


@pytest.mark.slow
def test_a_process_that_is_killed_is_told_and_closed(files: tuple[Path, Path]) -> None:
    bench = BenchProcess("numpy", *files)
    os.kill(bench._process.pid, signal.SIGKILL)
    with pytest.raises(BackendError, match="the process that ran it ended by SIGKILL; what it said stands above"):
        bench.load()
    bench.close()
