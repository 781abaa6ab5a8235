"""bench_backends: seconds per step of every backend on one and the same program, measured by turns."""

import math
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from statistics import median
from typing import Protocol

import numpy as np

from motifc.workers.benching import BenchProcess
from targets.conformance.equivalence import compare
from targets.contracts.errors import BackendError, InputError
from targets.contracts.raster import SpikeRaster, save_rasters
from targets.program.program import Program

_LEAST = 0.02
"""Seconds below which a run is repeated until they have passed, so that the clock and its jitter count little."""
_MOST_RUNS = 1000


class Bench(Protocol):
    """What measures a program on one backend, as `motifc.workers.benching.BenchProcess` does."""

    def load(self) -> float: ...  # noqa: D102

    def run(self, steps: int, runs: int) -> float: ...  # noqa: D102

    def peak(self) -> float: ...  # noqa: D102

    def spikes(self) -> Mapping[str, SpikeRaster]: ...  # noqa: D102

    def close(self) -> None: ...  # noqa: D102


Start = Callable[[str, Path, Path], Bench]
"""A bench of (backend, file of a program, file of its inputs)."""


@dataclass(frozen=True, eq=False)
class Subject:
    """What backends are measured on.

    name     heads the table
    inputs   spikes of every input
    """

    name: str
    program: Program
    inputs: Mapping[str, SpikeRaster]


@dataclass(frozen=True)
class BackendTime:
    """One backend on a program of `neurons` neurons with `batch` samples at once; times in seconds.

    loading     what it takes to make the program ready, once
    build       the least of a run of one step: everything a run costs before and after its steps
    step        (a run of `steps` steps - a run of 1) / (steps - 1), with the median of each over `repeats`
    best        the same with the least of each
    rate        spikes per neuron and step
    differing   bins that differ from those of the first backend that ran; None for that one itself
    load        load average of the machine over the last minute when the row began
    reason      why there are no times (refused, failed, over the budget, lost in the noise); "" where there are
    peak        largest memory of the process, MiB
    program     name of the subject
    """

    backend: str
    neurons: int
    batch: int
    load: float
    loading: float = 0.0
    build: float = 0.0
    step: float = 0.0
    best: float = 0.0
    steps: int = 0
    repeats: int = 0
    rate: float = 0.0
    differing: int | None = None
    reason: str = ""
    peak: float = 0.0
    program: str = ""


def bench_backends(
    backends: Sequence[str],
    subjects: Iterable[Subject],
    batches: Sequence[int] = (1, 8),
    repeats: int = 3,
    budget: float = 20.0,
    progress: Callable[[str], None] = lambda row: None,
    start: Start = BenchProcess,
) -> tuple[BackendTime, ...]:
    """Measure runs of the first samples of every subject, as many as each of `batches` says.

    Every backend has a process of its own with one thread; they are all there at once and run by turns, so that other
    work on the machine falls on all alike. A row begins with a run of one step that warms up and is not counted. Where
    all steps do not fit the `budget` (seconds of a row's other runs), fewer are run, a tenth at least; where a run of
    one step exceeds it the row says so. What a backend raises (InputError, BackendError), and how its process died,
    becomes the reason of its row. `progress` is told each row's name.

    Raises InputError for no repeat, no batch, and subjects of fewer samples than a batch or of fewer than two steps.
    """
    if repeats < 1 or min(batches, default=0) < 1:
        raise InputError(
            f"{repeats} repeats and batches {list(batches)} were asked for; at least 1 repeat and batches of 1 are "
            "needed, so give larger numbers."
        )
    rows: list[BackendTime] = []
    for subject in subjects:
        spikes = next(iter(subject.inputs.values()))
        if spikes.samples < max(batches) or spikes.steps < 2:
            raise InputError(
                f"{subject.name} is given {spikes.samples:,} samples of {spikes.steps:,} steps; batches of up to "
                f"{max(batches):,} samples and 2 steps are needed, so ask for smaller batches or give more."
            )
        with tempfile.TemporaryDirectory(prefix="motifc-bench-") as name:
            folder = Path(name)
            subject.program.save(folder / "bench.program")
            for batch in batches:
                rows += _of_batch(subject, batch, backends, repeats, budget, folder, progress, start)
    return tuple(rows)


def _of_batch(
    subject: Subject,
    batch: int,
    backends: Sequence[str],
    repeats: int,
    budget: float,
    folder: Path,
    progress: Callable[[str], None],
    start: Start,
) -> list[BackendTime]:
    """The rows of one batch."""
    inputs = {name: raster.take(slice(batch)) for name, raster in subject.inputs.items()}
    save_rasters(inputs, folder / "inputs.npz")
    steps = next(iter(inputs.values())).steps
    lanes: list[_Lane] = []
    with ExitStack() as held:
        for name in backends:
            progress(f"{name}, {subject.name}, batch {batch}")
            row = BackendTime(name, subject.program.neurons, batch, os.getloadavg()[0], program=subject.name)
            lane = _Lane(row, steps, repeats, budget)
            held.callback(lane.close)
            lane.begin(partial(start, name, folder / "bench.program", folder / "inputs.npz"))
            lanes.append(lane)
        for _ in range(repeats):
            for lane in lanes:
                lane.turn()
        for lane in lanes:
            lane.end()
    reference: Mapping[str, SpikeRaster] = {}
    rows = []
    for lane in lanes:
        rows.append(lane.judged(reference))
        reference = reference or lane.spikes
    return rows


class _Lane:
    """One backend on its way through a batch; whatever goes wrong becomes the reason of its row."""

    def __init__(self, row: BackendTime, steps: int, repeats: int, budget: float) -> None:
        self.row, self.steps, self.repeats, self.budget = row, steps, repeats, budget
        self.bench: Bench | None = None
        self.spent = 0.0
        self.runs = 1, 1  # of one step and of all, as one time is the mean of
        self.ones: list[float] = []
        self.totals: list[float] = []
        self.spikes: Mapping[str, SpikeRaster] = {}

    def begin(self, start: Callable[[], Bench]) -> None:
        """Load, warm up, and decide how many steps and runs there is time for."""
        with self._failing():
            self.bench = bench = start()
            loading = bench.load()
            bench.run(1, 1)  # warms up, and may have to compile
            one, few = self._seconds(bench, 1), max(2, self.steps // 10)
            if one > self.budget:
                raise BackendError(
                    f"a run of one step took {one:.1f} s, more than the {self.budget:g} s allowed a row."
                )
            short = self._seconds(bench, few)
            step = max((short - one) / (few - 1), 1e-9)
            self.steps = round(min(max(self.budget / self.repeats / step, few), self.steps))
            self.runs = _runs(one), _runs(one + step * (self.steps - 1))
            self.row = replace(self.row, loading=loading)

    def turn(self) -> None:
        """A run of one step and one of all, if there is time."""
        if self.bench is not None and (not self.totals or self.spent < self.budget):
            with self._failing():
                ones, totals = (
                    self._seconds(self.bench, *each) for each in zip((1, self.steps), self.runs, strict=True)
                )
                self.ones.append(ones)
                self.totals.append(totals)

    def end(self) -> None:
        """Ask for memory and spikes, and let the process go."""
        if self.bench is not None:
            with self._failing():
                self.row = replace(self.row, peak=self.bench.peak())
                self.spikes = self.bench.spikes()
        self.close()

    def close(self) -> None:
        """Let the process go."""
        if self.bench is not None:
            self.bench.close()
            self.bench = None

    def judged(self, reference: Mapping[str, SpikeRaster]) -> BackendTime:
        """The row with its times or its reason."""
        if self.row.reason:
            return self.row
        longer = median(self.totals) - median(self.ones)
        spread = max(max(times) - min(times) for times in (self.ones, self.totals))
        if longer <= spread:
            reason = (
                f"{self.steps} steps took {longer:.2g} s longer than one, and equal runs differ by {spread:.2g} s "
                "among themselves, so a step is lost in the start; measure more steps or samples, or on a quieter "
                "machine."
            )
            return replace(self.row, reason=reason)
        found = self.spikes.values()
        return replace(
            self.row,
            build=min(self.ones),
            step=longer / (self.steps - 1),
            best=(min(self.totals) - min(self.ones)) / (self.steps - 1),
            steps=self.steps,
            repeats=len(self.totals),
            rate=sum(int(np.bitwise_count(each.packed).sum()) for each in found)
            / max(sum(each.bins for each in found), 1),
            differing=_differing(reference, self.spikes) if reference else None,
        )

    def _seconds(self, bench: Bench, steps: int, runs: int = 1) -> float:
        told = bench.run(steps, runs)
        self.spent += told * runs
        return told

    @contextmanager
    def _failing(self) -> Iterator[None]:
        try:
            yield
        except (InputError, BackendError) as error:
            self.row = BackendTime(
                self.row.backend,
                self.row.neurons,
                self.row.batch,
                self.row.load,
                reason=str(error),
                program=self.row.program,
            )
            self.close()


def _runs(seconds: float) -> int:
    """How often something that takes so long is run for one time."""
    return math.ceil(_LEAST / max(seconds, _LEAST / _MOST_RUNS))


def _differing(reference: Mapping[str, SpikeRaster], spikes: Mapping[str, SpikeRaster]) -> int:
    """Bins that differ in the steps that both have."""
    steps = min(next(iter(each.values())).steps for each in (reference, spikes))
    mine, theirs = ({name: raster.until(steps) for name, raster in each.items()} for each in (reference, spikes))
    return compare(mine, theirs).differing


def one_thread() -> None:
    """One thread for torch, where there is torch."""
    with suppress(ImportError):
        import torch

        torch.set_num_threads(1)
