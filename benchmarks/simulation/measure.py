"""beside: seconds of the processor that backends take in turn for the same spikes; large: what one program needs.

Seconds are those of this process and of the processes that it has started and seen end (Lava's), so that other work on
the machine counts little.
"""

import os
import resource
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.processor import processor_seconds
from benchmarks.runs import Row
from motifc.bench.backends import one_thread
from motifc.bench.motif_program import motif_program, random_spikes
from targets.conformance.equivalence import compare
from targets.contracts.raster import SpikeRaster
from targets.program.program import Program
from targets.runtime.backend import load
from targets.runtime.recording import Recording
from targets.runtime.registry import ORACLE

STEPS, DENSITY = 100, 0.05
TEN, LONG = 10, 100
_ENOUGH = 20.0
"""Seconds after which a backend is not asked again."""


def beside(neurons: int, batch: int, backends: Sequence[str], repeats: int) -> list[Row]:
    """Every backend runs 100 steps of `motif_program` in turn, `repeats` times: medians, and bins that differ."""
    one_thread()
    program = motif_program(neurons)
    spikes = random_spikes(program, batch, STEPS, DENSITY)
    expected = load(program, ORACLE).run(spikes).spikes
    machines = {name: load(program, name) for name in backends}
    differing = {name: compare(expected, machine.run(spikes).spikes).differing for name, machine in machines.items()}
    seconds: dict[str, list[float]] = {name: [] for name in backends}
    for _ in range(repeats):
        for name, machine in machines.items():
            if sum(seconds[name]) < _ENOUGH:
                begin = processor_seconds()
                machine.run(spikes)
                seconds[name].append(processor_seconds() - begin)
    for machine in machines.values():
        machine.close()
    return [
        {
            "backend": name,
            "seconds": median(seconds[name]),
            "least": min(seconds[name]),
            "runs": len(seconds[name]),
            "differing": differing[name],
            "load": os.getloadavg()[0],
        }
        for name in backends
    ]


def large(neurons: int, backend: str) -> list[Row]:
    """A saved program, loaded and run for ten steps by this process, which has done nothing else: seconds and memory.

    Seconds per step are then measured over 100 steps more, and spikes compared with the oracle's in the first ten.
    """
    one_thread()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "large.program")
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as other:
            synapses = other.submit(_saved, neurons, path).result()
        begin = processor_seconds()
        program = Program.load(path)
        read = processor_seconds() - begin
        machine = load(program, backend)
        laid_out = processor_seconds() - begin - read
        spikes = random_spikes(program, 1, TEN + LONG, DENSITY)
        short, first = _timed(machine.run, spikes.until(TEN))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        short = min(short, _timed(machine.run, spikes.until(TEN))[0])
        long, all_steps = _timed(machine.run, spikes)
        expected = load(program, ORACLE).run(spikes.until(TEN)).spikes
    bits = int(np.bitwise_count(all_steps.spikes["motifs"].packed[:, TEN:]).sum())
    return [
        {
            "synapses": synapses,
            "read": read,
            "laid_out": laid_out,
            "step": (long - short) / LONG,
            "peak": peak,
            "rate": bits / LONG / program.neurons,
            "differing": compare(expected, first.spikes).differing,
            "load": os.getloadavg()[0],
        }
    ]


def _saved(neurons: int, path: Path) -> int:
    """Write the program and return its number of stored synapses."""
    from benchmarks.simulation.programs import large_program

    program = large_program(neurons)
    program.save(path)
    return sum(each.synapses.weights.size for each in program.projections)


def _timed(run: Callable[[SpikeRaster], Recording], spikes: SpikeRaster) -> tuple[float, Recording]:
    begin = processor_seconds()
    recording = run(spikes)
    return processor_seconds() - begin, recording
