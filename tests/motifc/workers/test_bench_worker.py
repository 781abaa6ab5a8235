"""The worker of bench, asked line by line."""

import json
from pathlib import Path

from motifc.bench.motif_program import motif_program, random_spikes
from motifc.workers.bench_worker import Bench
from targets.conformance.equivalence import compare
from targets.contracts.raster import load_rasters
from targets.runtime.backend import run

PROGRAM = motif_program(16)
SPIKES = random_spikes(PROGRAM, 2, 12, 0.3)


def test_it_runs_the_steps_that_it_is_told_and_keeps_the_spikes(tmp_path: Path) -> None:
    bench = Bench(PROGRAM, {"spikes": SPIKES}, "numpy")
    for line in (["load"], ["run", 12, 1], ["run", 5, 2], ["peak"]):
        assert json.loads(bench.answer(json.dumps(line)))["told"] > 0
    assert bench.answer(json.dumps(["keep", str(tmp_path / "a.npz")])) == '{"told": null}'
    assert compare(load_rasters(tmp_path / "a.npz"), run(PROGRAM, SPIKES.until(5)).spikes).equal


def test_what_a_backend_refuses_is_the_answer_and_the_next_line_is_heard() -> None:
    bench = Bench(PROGRAM, {"spikes": SPIKES}, "nest")
    assert bench.answer('["load"]').startswith('{"refused": "unknown backend \'nest\'')
    assert bench.answer('["run", 3, 1]') == ('{"refused": "nest was to run before it was loaded; load it first."}')
    assert bench.answer('["close"]') == '{"told": null}'
