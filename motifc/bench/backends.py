"""bench_backends: seconds per step of every backend on one and the same motif program."""

import os
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from statistics import median

import numpy as np

from motifc.bench.motif_program import FAN_IN, MOTIF, motif_program, random_spikes
from targets.conformance.equivalence import compare
from targets.contracts.errors import BackendError, InputError
from targets.contracts.raster import SpikeRaster
from targets.program.program import Program
from targets.runtime.backend import Loaded, ready_backends

DENSITY = 0.05

Loader = Callable[[Program], Loaded]


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


def bench_backends(
    loaders: Mapping[str, Loader],
    sizes: Sequence[int] = (1_000, 10_000, 100_000),
    batches: Sequence[int] = (1, 8),
    steps: int = 100,
    repeats: int = 3,
    budget: float = 20.0,
    seed: int = 0,
    progress: Callable[[str], None] = lambda row: None,
) -> tuple[BackendTime, ...]:
    """Load `motif_program(size)` by every loader and measure runs of every batch, with one thread of torch.

    A row begins with a run of one step that warms up and is not counted. Where `steps` steps do not fit the `budget`
    (seconds a row), fewer are run, a tenth at least; where loading and the first run exceed it the row says so. What a
    backend raises (InputError, BackendError) becomes the reason of its row. `progress` is told each row's name.

    Raises InputError for fewer than 20 steps, no repeat, no batch, or sizes that are no multiple of the motif.
    """
    if steps < 20 or repeats < 1 or min(batches, default=0) < 1 or not sizes:
        raise InputError(
            f"{steps} steps, {repeats} repeats, batches {list(batches)} and sizes {list(sizes)} were asked for; at "
            "least 20 steps, 1 repeat, batches of 1 and one size are needed, so give larger numbers."
        )
    one_thread()
    rows = []
    for neurons in sizes:
        program = motif_program(neurons, seed)
        for batch in batches:
            spikes = random_spikes(program, batch, steps, DENSITY, seed)
            reference: SpikeRaster | None = None
            for name, loader in loaders.items():
                progress(f"{name}, {neurons:,} neurons, batch {batch}")
                row = BackendTime(name, neurons, batch, os.getloadavg()[0])
                row, raster = _measured(row, loader, program, spikes, repeats, budget, reference)
                rows.append(row)
                reference = reference or raster
    return tuple(rows)


def page(rows: Sequence[BackendTime], command: str) -> str:
    """Markdown: the conditions of the measurement, and one table for each number of neurons."""
    loads = [row.load for row in rows]
    packages = dict.fromkeys(package for known in ready_backends() for package in known.packages)
    lines = [
        "# Time per step of each backend",
        "",
        f"Written by `{command}`.",
        "",
        f"Machine: {_processor()}, {os.cpu_count()} logical cores, {platform.system()}; load average over the last "
        f"minute {min(loads):.1f} to {max(loads):.1f} while measuring. Python {platform.python_version()}, "
        f"{', '.join(f'{name} {_version(name)}' for name in packages)}. torch and onnxruntime use one thread each, "
        "Lava one operating-system process for each of its processes.",
        "",
        f"Program: motifs of {MOTIF} neurons, all-to-all inside (delay 1) and with both neighbours of a ring "
        f"(delay 2), {FAN_IN} inputs a neuron: {3 * MOTIF + FAN_IN} synapses a neuron; random input with a spike in "
        f"{DENSITY:.0%} of all bins. It was generated, neither searched nor trained, and its cores are filled in "
        "order; the limits of the chip were not checked.",
        "",
        "Time per step is (a run of S steps - a run of one step) / (S - 1), for the whole batch, with the median of "
        "each over the repeats, and with the least of each. *Load* is the time in which the program is made ready, "
        "once; *start and end* the least time of a run of one step: setting and reading the state, for Lava also "
        "building, starting and stopping its processes. *Differing bins* "
        "compares all spikes with those of the first backend.",
    ]
    for neurons in dict.fromkeys(row.neurons for row in rows):
        lines += [
            "",
            f"## {neurons:,} neurons",
            "",
            "| backend | batch | ms per step, median | least | ns per step, neuron and sample | load, s "
            "| start and end, s | S | repeats | spikes per neuron and step | differing bins |",
            "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
        ]
        lines += [_line(row) for row in rows if row.neurons == neurons]
        lines += [
            f"\n{row.backend}, batch {row.batch}: {row.reason}" for row in rows if row.neurons == neurons and row.reason
        ]
    return "\n".join(lines) + "\n"


def _measured(
    row: BackendTime,
    loader: Loader,
    program: Program,
    spikes: SpikeRaster,
    repeats: int,
    budget: float,
    reference: SpikeRaster | None,
) -> tuple[BackendTime, SpikeRaster | None]:
    """The row with its times or its reason, and the spikes that the backend returned."""
    begin, few = time.perf_counter(), spikes.steps // 10
    ones: list[float] = []
    totals: list[float] = []
    try:
        with loader(program) as loaded:
            loading = time.perf_counter() - begin
            warm, _ = _timed(loaded, spikes, 1)
            if loading + warm > budget:
                took = f"loading and a run of one step took {loading + warm:.1f} s"
                reason = f"{took}, more than the {budget:g} s allowed a row."
                return replace(row, reason=reason), None
            short, raster = _timed(loaded, spikes, few)
            one, _ = _timed(loaded, spikes, 1)
            step = max((short - one) / (few - 1), 1e-9)
            steps = round(min(max(budget / repeats / step, few), spikes.steps))
            while not totals or (len(totals) < repeats and time.perf_counter() - begin < budget):
                ones.append(_timed(loaded, spikes, 1)[0])
                total, raster = _timed(loaded, spikes, steps)
                totals.append(total)
    except (InputError, BackendError) as error:
        return replace(row, reason=str(error)), None
    longer = median(totals) - median(ones)
    spread = max(max(times) - min(times) for times in (ones, totals))
    if longer <= spread:
        reason = (
            f"{steps} steps took {longer:.2g} s longer than one, and equal runs differ by {spread:.2g} s among "
            "themselves, so a step is lost in the start; measure more steps, or on a quieter machine."
        )
        return replace(row, reason=reason), raster
    return (
        replace(
            row,
            loading=loading,
            build=min(ones),
            step=longer / (steps - 1),
            best=(min(totals) - min(ones)) / (steps - 1),
            steps=steps,
            repeats=len(totals),
            rate=int(np.bitwise_count(raster.packed).sum()) / raster.bins,
            differing=None if reference is None else _differing(reference, raster),
        ),
        raster,
    )


def _timed(loaded: Loaded, spikes: SpikeRaster, steps: int) -> tuple[float, SpikeRaster]:
    """Seconds of a run of the first `steps` steps, and the spikes of the one population."""
    given = _cut(spikes, steps)
    begin = time.perf_counter()
    recording = loaded.run(given)
    return time.perf_counter() - begin, recording.spikes[loaded.program.populations[0].name]


def _cut(raster: SpikeRaster, steps: int) -> SpikeRaster:
    """The first `steps` steps of all samples."""
    return SpikeRaster(raster.packed[:, :steps], raster.neurons, np.minimum(raster.lengths, steps))


def _differing(reference: SpikeRaster, raster: SpikeRaster) -> int:
    """Bins that differ in the steps that both have."""
    steps = min(reference.steps, raster.steps)
    return compare({"motifs": _cut(reference, steps)}, {"motifs": _cut(raster, steps)}).differing


def _line(row: BackendTime) -> str:
    """One row of the table."""
    if row.reason:
        return f"| {row.backend} | {row.batch} | not measured, see below | | | | | | | | |"
    differing = "reference" if row.differing is None else f"{row.differing:,}"
    scaled = row.step * 1e9 / row.neurons / row.batch
    return (
        f"| {row.backend} | {row.batch} | {row.step * 1e3:.3g} | {row.best * 1e3:.3g} | {scaled:.3g} "
        f"| {row.loading:.2g} | {row.build:.2g} | {row.steps} | {row.repeats} | {row.rate:.3f} | {differing} |"
    )


def one_thread() -> None:
    """One thread for torch, where there is torch."""
    with suppress(ImportError):
        import torch

        torch.set_num_threads(1)


def _processor() -> str:
    """The processor as the system names it."""
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"
