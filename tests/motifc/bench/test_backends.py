"""Rows with times, rows with reasons, and the page that shows both."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from motifc.bench.backends import BackendTime, bench_backends, page
from targets.backends import numpy as oracle
from targets.conformance.fuzz import Runner
from targets.contracts.errors import BackendError, InputError
from targets.contracts.raster import SpikeRaster
from targets.program.program import Program
from targets.runtime.recording import Recording


class Clock:
    """A clock that only the runners move."""

    def __init__(self) -> None:
        self.now = 0.0

    def perf_counter(self) -> float:
        return self.now

    def runner(self, start: float, step: float) -> Runner:
        """The oracle, which takes `start` seconds and `step` for every step."""

        def run(program: Program, inputs: Mapping[str, SpikeRaster]) -> Recording:
            self.now += start + step * inputs["spikes"].steps
            return oracle.run(program, inputs)

        return run


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("motifc.bench.backends.time", clock)
    return clock


def deaf(clock: Clock) -> Runner:
    """A backend on which nothing spikes."""
    right = clock.runner(0, 0.001)

    def run(program: Program, inputs: Mapping[str, SpikeRaster]) -> Recording:
        recorded = right(program, inputs)
        silent = {name: replace(r, packed=np.zeros_like(r.packed)) for name, r in recorded.spikes.items()}
        return replace(recorded, spikes=silent)

    return run


def refusing(program: Program, inputs: Mapping[str, SpikeRaster]) -> Recording:
    raise InputError("too many processes; run fewer.")


def failing(program: Program, inputs: Mapping[str, SpikeRaster]) -> Recording:
    raise BackendError("it hung.")


def test_rows_and_their_times(clock: Clock) -> None:
    told: list[str] = []
    runners: dict[str, Runner] = {
        "numpy": clock.runner(0, 0.001),
        "slow": clock.runner(0.02, 0.005),
        "deaf": deaf(clock),
    }
    rows = bench_backends(runners, (80, 160), (1, 2), steps=20, repeats=2, progress=told.append)
    assert [(row.backend, row.neurons, row.batch) for row in rows] == [
        (name, neurons, batch) for neurons in (80, 160) for batch in (1, 2) for name in runners
    ]
    assert told[:2] == ["numpy, 80 neurons, batch 1", "slow, 80 neurons, batch 1"]
    for reference, slow, silent in zip(rows[::3], rows[1::3], rows[2::3], strict=True):
        assert (reference.steps, reference.repeats, reference.reason, reference.differing) == (20, 2, "", None)
        assert (slow.steps, slow.repeats, slow.differing) == (20, 2, 0)
        assert (slow.build, slow.step, slow.best) == pytest.approx((0.025, 0.005, 0.005))
        assert reference.step == pytest.approx(0.001)
        assert silent.rate == 0.0
        assert reference.rate == slow.rate > 0
        assert silent.differing == round(reference.rate * 20 * reference.neurons * reference.batch)


def test_steps_are_fewer_where_the_budget_is_short(clock: Clock) -> None:
    """0.3 s for two repeats of 5 ms a step are 30 steps each; 0.105 s went before, 0.195 s a repeat follow."""
    row = bench_backends({"slow": clock.runner(0.02, 0.005)}, (80,), (1,), steps=100, repeats=2, budget=0.3)[0]
    assert (row.steps, row.repeats) == (30, 1)
    assert (row.build, row.step) == pytest.approx((0.025, 0.005))


def test_first_pair_counts_where_there_is_time_for_no_other(clock: Clock) -> None:
    row = bench_backends({"slow": clock.runner(0.02, 0.005)}, (80,), (1,), steps=100, repeats=2, budget=0.1)[0]
    assert (row.steps, row.repeats) == (10, 1)
    assert (row.build, row.step) == pytest.approx((0.025, 0.005))


def test_refusal_failure_and_excess_are_rows(clock: Clock) -> None:
    runners: dict[str, Runner] = {
        "refusing": refusing,
        "failing": failing,
        "slow": clock.runner(40, 1),
        "instant": oracle.run,
        "numpy": clock.runner(0, 0.001),
    }
    rows = bench_backends(runners, (80,), (1,), steps=20, repeats=1)
    assert [row.reason for row in rows] == [
        "too many processes; run fewer.",
        "it hung.",
        "a run of one step took 41.0 s, more than the 20 s allowed a row.",
        "20 steps took 0 s longer than one, and equal runs differ by 0 s among themselves, so a step is lost in the "
        "start; measure more steps, or on a quieter machine.",
        "",
    ]
    assert rows[4].differing == 0


def test_page() -> None:
    rows = [
        BackendTime("numpy", 80, 1, 0.5, 0.01, 0.002, 0.001, 20, 2, 0.1, None),
        BackendTime("torch", 80, 8, 1.25, 0.01, 0.004, 0.003, 10, 1, 0.1, 3),
        BackendTime("lava:core", 160, 1, 2.0, reason="too many processes; run fewer."),
    ]
    text = page(rows, "motifc bench backends --neurons 80,160")
    assert text.startswith("# Time per step of each backend\n\nWritten by `motifc bench backends --neurons 80,160`.\n")
    assert "load average over the last minute 0.5 to 2.0 while measuring" in text
    assert f"numpy {np.__version__}" in text
    assert "| numpy | 1 | 2 | 1 | 2.5e+04 | 0.01 | 20 | 2 | 0.100 | reference |" in text
    assert "| torch | 8 | 4 | 3 | 6.25e+03 | 0.01 | 10 | 1 | 0.100 | 3 |" in text
    assert "| lava:core | 1 | not measured, see below | | | | | | | |" in text
    assert text.endswith("\nlava:core, batch 1: too many processes; run fewer.\n")
    assert text.index("## 80 neurons") < text.index("| torch") < text.index("## 160 neurons") < text.index("lava:core")


def test_questions_that_make_no_sense() -> None:
    with pytest.raises(InputError) as error:
        bench_backends({"numpy": oracle.run}, (80,), (1,), steps=19)
    assert str(error.value) == (
        "19 steps, 3 repeats, batches [1] and sizes [80] were asked for; at least 20 steps, 1 repeat, batches of 1 "
        "and one size are needed, so give larger numbers."
    )
