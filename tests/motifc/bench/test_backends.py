"""Rows with times, rows with reasons, and the page that shows both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest

from motifc.bench.backends import BackendTime, Loader, bench_backends, page
from targets.backends.numpy import NumpyMachine
from targets.contracts.errors import BackendError, InputError
from targets.contracts.raster import SpikeRaster
from targets.program.program import Program
from targets.runtime.backend import Loaded, load
from targets.runtime.recording import Probe, Recording


class Clock:
    """A clock that only the machines move."""

    def __init__(self) -> None:
        self.now = 0.0

    def perf_counter(self) -> float:
        return self.now

    def loader(self, start: float, step: float, loading: float = 0.0, deaf: bool = False) -> Loader:
        """The oracle, which takes `loading` seconds once, `start` seconds a run and `step` for every step."""

        def load(program: Program) -> Loaded:
            self.now += loading
            return Loaded(program, "slow", Slow(self, start, step, NumpyMachine(program), deaf))

        return load


@dataclass(frozen=True)
class Slow:
    """A machine that takes its time; a deaf one returns no spike."""

    clock: Clock
    start: float
    step: float
    machine: NumpyMachine
    deaf: bool

    def run(self, inputs: Mapping[str, SpikeRaster], probes: Sequence[Probe] = ()) -> Recording:
        self.clock.now += self.start + self.step * inputs["spikes"].steps
        recorded = self.machine.run(inputs, probes)
        if not self.deaf:
            return recorded
        silent = {name: replace(r, packed=np.zeros_like(r.packed)) for name, r in recorded.spikes.items()}
        return replace(recorded, spikes=silent)

    def close(self) -> None:
        """Nothing to release."""


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("motifc.bench.backends.time", clock)
    return clock


def refusing(program: Program) -> Loaded:
    raise InputError("too many processes; run fewer.")


def failing(program: Program) -> Loaded:
    raise BackendError("it hung.")


def test_rows_and_their_times(clock: Clock) -> None:
    told: list[str] = []
    runners: dict[str, Loader] = {
        "numpy": clock.loader(0, 0.001),
        "slow": clock.loader(0.02, 0.005, 0.5),
        "deaf": clock.loader(0, 0.001, deaf=True),
    }
    rows = bench_backends(runners, (80, 160), (1, 2), steps=20, repeats=2, progress=told.append)
    assert [(row.backend, row.neurons, row.batch) for row in rows] == [
        (name, neurons, batch) for neurons in (80, 160) for batch in (1, 2) for name in runners
    ]
    assert told[:2] == ["numpy, 80 neurons, batch 1", "slow, 80 neurons, batch 1"]
    for reference, slow, silent in zip(rows[::3], rows[1::3], rows[2::3], strict=True):
        assert (reference.steps, reference.repeats, reference.reason, reference.differing) == (20, 2, "", None)
        assert (slow.steps, slow.repeats, slow.differing) == (20, 2, 0)
        assert (slow.loading, slow.build, slow.step, slow.best) == pytest.approx((0.5, 0.025, 0.005, 0.005))
        assert reference.step == pytest.approx(0.001)
        assert silent.rate == 0.0
        assert reference.rate == slow.rate > 0
        assert silent.differing == round(reference.rate * 20 * reference.neurons * reference.batch)


def test_steps_are_fewer_where_the_budget_is_short(clock: Clock) -> None:
    """0.3 s for two repeats of 5 ms a step are 30 steps each; 0.105 s went before, 0.195 s a repeat follow."""
    row = bench_backends({"slow": clock.loader(0.02, 0.005)}, (80,), (1,), steps=100, repeats=2, budget=0.3)[0]
    assert (row.steps, row.repeats) == (30, 1)
    assert (row.build, row.step) == pytest.approx((0.025, 0.005))


def test_first_pair_counts_where_there_is_time_for_no_other(clock: Clock) -> None:
    row = bench_backends({"slow": clock.loader(0.02, 0.005)}, (80,), (1,), steps=100, repeats=2, budget=0.1)[0]
    assert (row.steps, row.repeats) == (10, 1)
    assert (row.build, row.step) == pytest.approx((0.025, 0.005))


def test_refusal_failure_and_excess_are_rows(clock: Clock) -> None:
    runners: dict[str, Loader] = {
        "refusing": refusing,
        "failing": failing,
        "slow": clock.loader(39, 1, 1),
        "instant": load,
        "numpy": clock.loader(0, 0.001),
    }
    rows = bench_backends(runners, (80,), (1,), steps=20, repeats=1)
    assert [row.reason for row in rows] == [
        "too many processes; run fewer.",
        "it hung.",
        "loading and a run of one step took 41.0 s, more than the 20 s allowed a row.",
        "20 steps took 0 s longer than one, and equal runs differ by 0 s among themselves, so a step is lost in the "
        "start; measure more steps, or on a quieter machine.",
        "",
    ]
    assert rows[4].differing == 0


def test_page() -> None:
    rows = [
        BackendTime("numpy", 80, 1, 0.5, 0.3, 0.01, 0.002, 0.001, 20, 2, 0.1, None),
        BackendTime("torch", 80, 8, 1.25, 0.4, 0.01, 0.004, 0.003, 10, 1, 0.1, 3),
        BackendTime("lava:core", 160, 1, 2.0, reason="too many processes; run fewer."),
    ]
    text = page(rows, "motifc bench backends --neurons 80,160")
    assert text.startswith("# Time per step of each backend\n\nWritten by `motifc bench backends --neurons 80,160`.\n")
    assert "load average over the last minute 0.5 to 2.0 while measuring" in text
    assert f"numpy {np.__version__}" in text
    assert "| numpy | 1 | 2 | 1 | 2.5e+04 | 0.3 | 0.01 | 20 | 2 | 0.100 | reference |" in text
    assert "| torch | 8 | 4 | 3 | 6.25e+03 | 0.4 | 0.01 | 10 | 1 | 0.100 | 3 |" in text
    assert "| lava:core | 1 | not measured, see below | | | | | | | | |" in text
    assert text.endswith("\nlava:core, batch 1: too many processes; run fewer.\n")
    assert text.index("## 80 neurons") < text.index("| torch") < text.index("## 160 neurons") < text.index("lava:core")


def test_questions_that_make_no_sense() -> None:
    with pytest.raises(InputError) as error:
        bench_backends({"numpy": load}, (80,), (1,), steps=19)
    assert str(error.value) == (
        "19 steps, 3 repeats, batches [1] and sizes [80] were asked for; at least 20 steps, 1 repeat, batches of 1 "
        "and one size are needed, so give larger numbers."
    )
