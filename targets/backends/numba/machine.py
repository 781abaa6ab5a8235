"""The numba backend's machine: which loop runs which samples, and what it records."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

import numpy as np

from targets.backends.numba.layout import Cells, Senders, Wires, cells, senders, wires
from targets.contracts.arrays import Array
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster
from targets.program.program import Program
from targets.runtime.recording import Probe, Recording, Trace

PACKAGES = ("numba",)
VARIANTS = ("events", "lanes")
_DEVICES = ("auto", *VARIANTS)
_LANES = 64
"""Samples side by side: what so many of them tell of a neuron in 16 bits each fills two lines of a cache."""
_FEW = 16
"""Samples below which one after the other is faster."""

_BOTH = 1 << 24
"""Stored weights up to which a program is laid out for both loops at once."""

Watch = Callable[[int, Array, Array], None]
"""Called after every step with its number and all registers, int32 [sample, neuron]."""


def requirement() -> str | None:
    """None: numba comes with motifc."""
    return None


def load(program: Program, device: str = "auto") -> "NumbaMachine":
    """The program for compiled loops: "auto", or "events" or "lanes" whatever the number of samples."""
    if device not in _DEVICES:
        raise InputError(f"device {device!r} is unknown to numba; choose {', '.join(_DEVICES)}.")
    return NumbaMachine(program, device)


@dataclass(frozen=True, eq=False)
class NumbaMachine:
    """A program in flat arrays; spikes, u and v are those of targets/backends/numpy.py, bit for bit.

    Sums over synapses wrap as int32 does, and are whole before a negative exponent lowers them. Arrays are laid out
    when the program is loaded; on "auto" those of a program of more than 2^24 stored weights for samples side by side
    only when so many samples come, so that it is not held twice without need.
    """

    program: Program
    device: str = "auto"

    def __post_init__(self) -> None:
        stored = sum(projection.synapses.weights.size for projection in self.program.projections)
        if self.device != "lanes":
            _ = self._by_source
        if self.device == "lanes" or (self.device == "auto" and stored <= _BOTH):
            _ = self._by_target

    def run(self, inputs: Mapping[str, SpikeRaster], probes: Sequence[Probe] = ()) -> Recording:
        """Record every population on `inputs`, from zero state."""
        given = np.concatenate([inputs[source.name].packed for source in self.program.inputs], axis=2)
        samples, steps, _ = given.shape
        told = np.zeros((samples, steps, sum(-(-p.neurons // 8) for p in self.program.populations)), np.uint8)
        u, v = (np.zeros((samples, self.program.neurons), np.int32) for _ in range(2))
        traces = {probe.population: Trace.of_zeros(samples, steps, probe.neurons.size) for probe in probes}
        for now, simulate in self._batches(samples):
            u[now], v[now] = simulate(given[now], told[now], self._watch(probes, traces, now))
        return self._recording(told, u, v, traces, next(iter(inputs.values())))

    def close(self) -> None:
        """Release nothing: memory goes with the machine."""

    def _batches(
        self, samples: int
    ) -> Iterator[tuple[slice, Callable[[Array, Array, Watch | None], tuple[Array, Array]]]]:
        """Slices that cover all samples, and what runs each."""
        start = 0
        while start < samples:
            left = samples - start
            one = self.device == "events" or (self.device == "auto" and left < _FEW)
            now = slice(start, start + (1 if one else min(left, _LANES)))
            yield now, self._events if one else self._lanes
            start = now.stop

    def _events(self, given: Array, told: Array, watch: Watch | None) -> tuple[Array, Array]:
        """Run one sample, uint8 [1, time, byte]; returns its registers at the end, int32 [1, neuron]."""
        from targets.backends.numba.events import run_events

        u, v = (np.zeros(self.program.neurons, np.int32) for _ in range(2))
        resting = np.zeros_like(self._cells.refractory)
        count = np.zeros((self._senders.size.size, self._senders.slots.max()), np.int64)
        state = (u, v, resting, np.zeros(self._ring, np.uint32), count)
        for piece in _pieces(given.shape[1], watch):
            run_events(
                piece.start, given[0, piece], told[0, piece], self._cells, self._senders, self._by_source, *state
            )
            if watch:
                watch(piece.start, u[None], v[None])
        return u[None], v[None]

    def _lanes(self, given: Array, told: Array, watch: Watch | None) -> tuple[Array, Array]:
        """Run samples side by side, uint8 [sample, time, byte]; returns their registers, int32 [sample, neuron]."""
        from targets.backends.numba.lanes import BLOCK, run_lanes

        samples = len(given)
        lanes = -(-samples // BLOCK) * BLOCK
        u, v = (np.zeros((self.program.neurons, lanes), np.int32) for _ in range(2))
        resting = np.zeros((self._cells.refractory.size, lanes), np.int32)
        narrow = self._by_target.weight.dtype == np.int16
        sent = np.zeros((self._ring, lanes), np.int16 if narrow else np.int64)
        packed = np.zeros((*given.shape[1:], lanes), np.uint8)
        packed[:, :, :samples] = given.transpose(1, 2, 0)
        spikes = np.zeros((*told.shape[1:], lanes), np.uint8)
        for piece in _pieces(len(packed), watch):
            args = (packed[piece], spikes[piece], self._cells, self._senders, self._by_target)
            run_lanes(piece.start, *args, u, v, resting, sent)
            if watch:
                watch(piece.start, u.T[:samples], v.T[:samples])
        told[:] = spikes.transpose(2, 0, 1)[:samples]
        return u.T[:samples], v.T[:samples]

    def _watch(self, probes: Sequence[Probe], traces: Mapping[str, Trace], now: slice) -> Watch | None:
        """What writes the registers of probed neurons into the traces of the samples `now`."""

        def look(step: int, u: Array, v: Array) -> None:
            for probe in probes:
                seen, trace = self._first[probe.population] + probe.neurons, traces[probe.population]
                trace.u[now, step], trace.v[now, step] = u[:, seen], v[:, seen]

        return look if probes else None

    def _recording(
        self, told: Array, u: Array, v: Array, traces: Mapping[str, Trace], example: SpikeRaster
    ) -> Recording:
        """What all populations together did, taken apart; the samples are those of `example`."""
        spikes: dict[str, SpikeRaster] = {}
        registers: tuple[dict[str, Array], dict[str, Array]] = ({}, {})
        byte = 0
        for population in self.program.populations:
            name, first, width = population.name, self._first[population.name], -(-population.neurons // 8)
            packed = np.ascontiguousarray(told[:, :, byte : byte + width])
            spikes[name] = example.same_samples(packed, population.neurons)
            for held, values in zip(registers, (u, v), strict=True):
                held[name] = np.ascontiguousarray(values[:, first : first + population.neurons])
            byte += width
        return Recording(spikes, *registers, traces)

    @cached_property
    def _first(self) -> Mapping[str, int]:
        """The first neuron of every population among those of all."""
        sizes = [population.neurons for population in self.program.populations]
        return dict(zip((p.name for p in self.program.populations), accumulate(sizes, initial=0), strict=False))

    @cached_property
    def _cells(self) -> Cells:
        return cells(self.program.populations, self.program.chip.arithmetic)

    @cached_property
    def _senders(self) -> Senders:
        return senders(self.program)

    @cached_property
    def _ring(self) -> int:
        """Neurons times steps whose spikes are kept, over all senders."""
        return int((self._senders.size * self._senders.slots).sum())

    @cached_property
    def _by_source(self) -> Wires:
        return wires(self.program, "source")

    @cached_property
    def _by_target(self) -> Wires:
        return wires(self.program, "target")


def _pieces(steps: int, watch: Watch | None) -> Iterator[slice]:
    """All steps at once, or one by one where they are watched."""
    size = 1 if watch else max(1, steps)
    return (slice(start, start + size) for start in range(0, steps, size))
