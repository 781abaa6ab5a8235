"""Rows with times and rows with reasons, of benches that take the time they are told to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from motifc.bench.backends import BackendTime, Bench, Start, Subject, bench_backends
from motifc.bench.subjects import motif_subjects, own_subject
from targets.contracts.errors import BackendError, InputError
from targets.contracts.raster import SpikeRaster, load_rasters
from targets.program.program import Program
from targets.runtime.backend import run

MIB = 123.0


@dataclass
class Slow:
    """The oracle, which says that it took `loading` seconds once, `start` seconds a run and `step` for every step.

    A deaf one returns no spike; `jitter` is added to two runs in four.
    """

    start: float
    step: float
    loading: float = 0.0
    deaf: bool = False
    jitter: float = 0.0
    program: Path = Path()
    inputs: Path = Path()
    runs: tuple[tuple[int, int], ...] = ()
    closed: int = 0

    def load(self) -> float:
        return self.loading

    def run(self, steps: int, runs: int) -> float:
        self.runs += ((steps, runs),)
        return self.start + self.step * steps + self.jitter * (len(self.runs) % 4 < 2)

    def peak(self) -> float:
        return MIB

    def spikes(self) -> Mapping[str, SpikeRaster]:
        given = {name: raster.until(self.runs[-1][0]) for name, raster in load_rasters(self.inputs).items()}
        found = run(Program.load(self.program), given).spikes
        if not self.deaf:
            return found
        return {name: replace(each, packed=np.zeros_like(each.packed)) for name, each in found.items()}

    def close(self) -> None:
        self.closed += 1


class Dying(Slow):
    """Dies in its fifth run."""

    def run(self, steps: int, runs: int) -> float:
        if len(self.runs) == 4:
            raise BackendError("it died.")
        return super().run(steps, runs)


def refusing() -> Slow:
    raise InputError("too many processes; run fewer.")


def starting(made: Mapping[str, Callable[[], Slow]], there: list[Slow] | None = None) -> Start:
    """What starts the bench of each name."""

    def start(backend: str, program: Path, inputs: Path) -> Bench:
        bench = made[backend]()
        bench.program, bench.inputs = program, inputs
        if there is not None:
            there.append(bench)
        return bench

    return start


def measured(
    made: Mapping[str, Callable[[], Slow]],
    sizes: tuple[int, ...] = (80,),
    batches: tuple[int, ...] = (1,),
    steps: int = 20,
    repeats: int = 1,
    budget: float = 20.0,
    there: list[Slow] | None = None,
    progress: Callable[[str], None] = lambda row: None,
) -> tuple[BackendTime, ...]:
    subjects = motif_subjects(sizes, max(batches), steps)
    return bench_backends(tuple(made), subjects, batches, repeats, budget, progress, starting(made, there))


def test_rows_and_their_times() -> None:
    told: list[str] = []
    there: list[Slow] = []
    made = {
        "numpy": lambda: Slow(0, 0.001),
        "slow": lambda: Slow(0.02, 0.005, 0.5),
        "deaf": lambda: Slow(0, 0.001, deaf=True),
    }
    rows = measured(made, (80, 160), (1, 2), repeats=2, there=there, progress=told.append)
    assert [(row.backend, row.program, row.neurons, row.batch) for row in rows] == [
        (name, f"{neurons} neurons", neurons, batch) for neurons in (80, 160) for batch in (1, 2) for name in made
    ]
    assert told[:2] == ["numpy, 80 neurons, batch 1", "slow, 80 neurons, batch 1"]
    assert [bench.closed for bench in there] == [1] * len(rows)
    for reference, slow, silent in zip(rows[::3], rows[1::3], rows[2::3], strict=True):
        assert (reference.steps, reference.repeats, reference.reason, reference.differing) == (20, 2, "", None)
        assert (slow.steps, slow.repeats, slow.differing, slow.peak) == (20, 2, 0, MIB)
        assert (slow.loading, slow.build, slow.step, slow.best) == pytest.approx((0.5, 0.025, 0.005, 0.005))
        assert reference.step == pytest.approx(0.001)
        assert silent.rate == 0.0
        assert reference.rate == slow.rate > 0
        assert silent.differing == round(reference.rate * 20 * reference.neurons * reference.batch)


def test_a_run_shorter_than_20_ms_is_repeated_until_they_are_full() -> None:
    """A run of one step takes 1.5 ms here and one of 20 takes 11; both are the mean of as many as fill 20 ms."""
    there: list[Slow] = []
    row = measured({"quick": lambda: Slow(0.001, 0.0005)}, repeats=3, there=there)[0]
    assert there[0].runs == ((1, 1), (1, 1), (2, 1), *((1, 14), (20, 2)) * 3)
    assert (row.build, row.step) == pytest.approx((0.0015, 0.0005))


def test_backends_run_by_turns() -> None:
    order: list[str] = []

    class Told(Slow):
        name = ""

        def run(self, steps: int, runs: int) -> float:
            order.append(f"{self.name}{steps}")
            return super().run(steps, runs)

    class A(Told):
        name = "a"

    class B(Told):
        name = "b"

    measured({"a": lambda: A(0, 1e-3), "b": lambda: B(0, 1e-3)}, repeats=2)
    assert order == ["a1", "a1", "a2", "b1", "b1", "b2", *["a1", "a20", "b1", "b20"] * 2]


def test_steps_are_fewer_where_the_budget_is_short() -> None:
    """0.25 s for two repeats of 5 ms a step are 25 steps each; 0.095 s went before, 0.17 s a repeat follow."""
    row = measured({"slow": lambda: Slow(0.02, 0.005)}, steps=100, repeats=2, budget=0.25)[0]
    assert (row.steps, row.repeats) == (25, 1)
    assert (row.build, row.step) == pytest.approx((0.025, 0.005))


def test_first_pair_counts_where_there_is_time_for_no_other() -> None:
    row = measured({"slow": lambda: Slow(0.02, 0.005)}, steps=100, repeats=2, budget=0.1)[0]
    assert (row.steps, row.repeats) == (10, 1)
    assert (row.build, row.step) == pytest.approx((0.025, 0.005))


def test_refusal_failure_and_excess_are_rows() -> None:
    made: dict[str, Callable[[], Slow]] = {
        "refusing": refusing,
        "dying": lambda: Dying(0, 1),
        "slow": lambda: Slow(39, 1, 1),
        "instant": lambda: Slow(1, 0),
        "numpy": lambda: Slow(0, 0.001),
    }
    rows = measured(made, repeats=2)
    assert [row.reason for row in rows] == [
        "too many processes; run fewer.",
        "it died.",
        "a run of one step took 40.0 s, more than the 20 s allowed a row.",
        "20 steps took 0 s longer than one, and equal runs differ by 0 s among themselves, so a step is lost in the "
        "start; measure more steps or samples, or on a quieter machine.",
        "",
    ]
    assert rows[1] == BackendTime("dying", 80, 1, rows[1].load, reason="it died.", program="80 neurons")
    assert rows[4].differing == 0


def test_what_differs_more_among_itself_than_steps_do_is_lost() -> None:
    noisy = measured({"noisy": lambda: Slow(0, 0.001, jitter=0.03)}, repeats=2)[0]
    assert "20 steps took" in noisy.reason
    assert noisy.step == 0.0


@pytest.mark.parametrize(
    ("batches", "repeats", "steps", "sentence"),
    [
        (
            (1,),
            0,
            20,
            "0 repeats and batches [1] were asked for; at least 1 repeat and batches of 1 are needed, so give larger "
            "numbers.",
        ),
        (
            (),
            1,
            20,
            "1 repeats and batches [] were asked for; at least 1 repeat and batches of 1 are needed, so give larger "
            "numbers.",
        ),
        (
            (1, 3),
            1,
            20,
            "own.program is given 2 samples of 20 steps; batches of up to 3 samples and 2 steps are needed, so ask for "
            "smaller batches or give more.",
        ),
        (
            (1,),
            1,
            1,
            "own.program is given 2 samples of 1 steps; batches of up to 1 samples and 2 steps are needed, so ask for "
            "smaller batches or give more.",
        ),
    ],
)
def test_questions_that_make_no_sense(batches: tuple[int, ...], repeats: int, steps: int, sentence: str) -> None:
    made = next(motif_subjects((80,), 2, 20))
    subject: Subject = own_subject("own.program", made.program, made.inputs, steps)
    with pytest.raises(InputError) as error:
        bench_backends(("numpy",), [subject], batches, repeats, start=starting({"numpy": lambda: Slow(0, 1)}))
    assert str(error.value) == sentence
