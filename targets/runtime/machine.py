"""Machine: a program loaded on a backend; StepMachine: one that is recorded piece by piece, so that any input fits."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import Generic, Protocol, TypeVar

import numpy as np

from targets.contracts.arrays import Array, Ints
from targets.contracts.raster import SpikeRaster
from targets.program.program import Program
from targets.runtime.recording import Probe, Recording, Trace

_BINS = 1 << 24
_STEPS = 16
"""Steps at a time below which rather samples are cut: long pieces save little, large batches much."""

S = TypeVar("S")


class Machine(Protocol):
    """A program loaded on a backend: it runs any number of sample sets, each from zero state and empty delay buffers.

    What is costly is done once, when the program is loaded; nothing of one run is left in the next.
    """

    def run(self, inputs: Mapping[str, SpikeRaster], probes: Sequence[Probe] = ()) -> Recording:
        """Record every population on `inputs`, the spikes of each program input, with the traces of `probes`."""
        ...

    def close(self) -> None:
        """Release what the machine holds: processes, files, memory of a device."""
        ...


class StepMachine(ABC, Generic[S]):
    """A Machine that goes step by step in this process and leaves the recording to `record`.

    S is its state between two pieces of time; it is a value, never written to.
    """

    program: Program

    @abstractmethod
    def start(self, samples: int) -> S:
        """Zero u and v, and no spike on its way."""

    @abstractmethod
    def advance(self, state: S, spikes: Mapping[str, Array]) -> tuple[S, Mapping[str, Array]]:
        """The state after all steps of `spikes`, and what every population did.

        Input spikes uint8 [sample, time, neuron] by input; returned spikes, bool or uint8, by population.
        """

    @abstractmethod
    def registers(self, state: S) -> tuple[Mapping[str, Ints], Mapping[str, Ints]]:
        """(u, v) of every population: int32 [sample, neuron]."""

    def run(self, inputs: Mapping[str, SpikeRaster], probes: Sequence[Probe] = ()) -> Recording:
        """Record every population on `inputs`."""
        return record(self, inputs, probes)

    def close(self) -> None:
        """Release nothing: memory goes with the machine."""


def record(
    machine: StepMachine[S], inputs: Mapping[str, SpikeRaster], probes: Sequence[Probe] = (), bins: int = _BINS
) -> Recording:
    """Run all samples from zero state; at most about `bins` (sample, step, neuron) bins are unpacked at a time.

    With `probes` the machine goes step by step, and its registers are read after each.
    """
    program = machine.program
    first = next(iter(inputs.values()))
    samples, steps = first.samples, first.steps
    width = program.neurons + sum(source.neurons for source in program.inputs)
    sample_piece = max(1, bins // (width * max(1, min(steps, _STEPS))))
    step_piece = 1 if probes else max(1, bins // (width * max(1, min(samples, sample_piece))))
    packed = {p.name: np.zeros((samples, steps, -(-p.neurons // 8)), np.uint8) for p in program.populations}
    u = {p.name: np.zeros((samples, p.neurons), np.int32) for p in program.populations}
    v = {p.name: np.zeros((samples, p.neurons), np.int32) for p in program.populations}
    traces = {probe.population: Trace.of_zeros(samples, steps, probe.neurons.size) for probe in probes}
    for batch in _pieces(samples, sample_piece):
        state = machine.start(batch.stop - batch.start)
        for time in _pieces(steps, step_piece):
            given = {
                name: np.unpackbits(raster.packed[batch, time], axis=2, count=raster.neurons)
                for name, raster in inputs.items()
            }
            state, spikes = machine.advance(state, given)
            for name, dense in spikes.items():
                packed[name][batch, time] = np.packbits(dense, axis=2)
            if probes:
                _trace(traces, probes, machine.registers(state), batch, time)
        for registers, ends in zip((u, v), machine.registers(state), strict=True):
            for name, values in ends.items():
                registers[name][batch] = values
    rasters = {p.name: first.same_samples(packed[p.name], p.neurons) for p in program.populations}
    return Recording(rasters, u, v, traces)


def _trace(
    traces: Mapping[str, Trace],
    probes: Sequence[Probe],
    registers: tuple[Mapping[str, Ints], Mapping[str, Ints]],
    batch: slice,
    time: slice,
) -> None:
    """Write the probed (u, v) after the one step of `time` into the traces."""
    u, v = registers
    for probe in probes:
        name, trace = probe.population, traces[probe.population]
        trace.u[batch, time] = u[name][:, None, probe.neurons]
        trace.v[batch, time] = v[name][:, None, probe.neurons]


def _pieces(total: int, size: int) -> Iterator[slice]:
    """Slices of at most `size` that cover range(total) in order."""
    return (slice(start, min(start + size, total)) for start in range(0, total, size))
