"""CMachine: a program as compiled C, loaded into this process."""

import _ctypes
import ctypes
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from targets.backends.c.source import sorted_inputs, source
from targets.backends.c.toolchain import build, compiler
from targets.contracts.arrays import Array
from targets.contracts.raster import SpikeRaster
from targets.program.program import Program
from targets.runtime.recording import Probe, Recording, Trace

PACKAGES = ()
_RECORD = Path(__file__).parent / "parts" / "record.c"
_FLAGS = ("-O2", "-fPIC", "-shared", "-DMOTIFC_NO_MAIN")
_BINS = 1 << 26
"""Bins that are run in one call, so that a run can be interrupted."""


def requirement() -> str | None:
    """None where there is a C compiler, else one sentence."""
    if compiler() is not None:
        return None
    return "the c backend needs a C compiler; install gcc or clang, or set CC to one"


def load(program: Program, device: str = "auto") -> "CMachine":
    """The program compiled with warnings as errors; `device` is ignored. Raises BackendError where that fails."""
    text = source(program)
    sources = {"network.h": text.header, "network.c": text.code, "record.c": _RECORD.read_text(encoding="utf-8")}
    with tempfile.TemporaryDirectory(prefix="motifc-c-") as folder:
        library = Path(folder, "network.so")
        build(sources, _FLAGS, library)
        loaded = ctypes.CDLL(str(library))  # stays when its file goes
    loaded.motifc_record.restype = None
    return CMachine(program, [loaded])


@dataclass(frozen=True, eq=False)
class CMachine:
    """A program in a shared library of its own, whose state is static: one run at a time.

    library  the library, or nothing once it is closed
    """

    program: Program
    library: list[Any] = field(default_factory=list)

    def run(self, inputs: Mapping[str, SpikeRaster], probes: Sequence[Probe] = ()) -> Recording:
        """Record every population on `inputs`, each sample from zero state."""
        first = next(iter(inputs.values()))
        samples, steps = first.samples, first.steps
        populations = self.program.populations
        starts = dict(
            zip((p.name for p in populations), np.cumsum([0, *(p.neurons for p in populations)]), strict=False)
        )
        probed = np.concatenate(
            [np.zeros(0, np.uint32), *(probe.neurons + starts[probe.population] for probe in probes)]
        )
        packed = {p.name: np.zeros((samples, steps, -(-p.neurons // 8)), np.uint8) for p in populations}
        u, v = (np.zeros((samples, self.program.neurons), np.int32) for _ in range(2))
        traces = [np.zeros((samples, steps, probed.size), np.int32) for _ in range(2)]
        rows = self._rows(inputs)
        piece = max(1, _BINS // max(1, steps * self.program.neurons))
        for start in range(0, samples, piece):
            here = slice(start, min(samples, start + piece))
            self._record(rows[here], [each[here] for each in packed.values()], (u[here], v[here]), probed, traces, here)
        rasters = {p.name: first.same_samples(packed[p.name], p.neurons) for p in populations}
        ends = np.cumsum([probe.neurons.size for probe in probes])[:-1]
        split = [np.split(trace, ends, axis=2) if probes else [] for trace in traces]
        seen = {probe.population: Trace(*pair) for probe, pair in zip(probes, zip(*split, strict=True), strict=True)}
        by_name = [
            {p.name: state[:, starts[p.name] : starts[p.name] + p.neurons] for p in populations} for state in (u, v)
        ]
        return Recording(rasters, by_name[0], by_name[1], seen)

    def close(self) -> None:
        """Unload the library."""
        for library in self.library:
            _ctypes.dlclose(library._handle)
        self.library.clear()

    def _rows(self, inputs: Mapping[str, SpikeRaster]) -> Array:
        """Spikes of all inputs as the code takes them: uint8 [sample, step, byte]."""
        ordered = [inputs[each.name] for each in sorted_inputs(self.program)]
        if len(ordered) == 1:
            return np.ascontiguousarray(ordered[0].packed)
        return np.packbits(np.concatenate([each.dense() for each in ordered], axis=2), axis=2)

    def _record(
        self,
        rows: Array,
        spikes: Sequence[Array],
        states: tuple[Array, Array],
        probed: Array,
        traces: Sequence[Array],
        here: slice,
    ) -> None:
        """Run some samples; what is written to are contiguous parts of the caller's arrays."""
        numbers = np.ascontiguousarray(probed, dtype=np.uint32)
        pointers = (ctypes.c_void_p * len(spikes))(*(each.ctypes.data for each in spikes))
        self.library[0].motifc_record(
            ctypes.c_uint32(rows.shape[0]),
            ctypes.c_uint32(rows.shape[1]),
            ctypes.c_void_p(rows.ctypes.data),
            pointers,
            *(ctypes.c_void_p(state.ctypes.data) for state in states),
            ctypes.c_uint32(numbers.size),
            ctypes.c_void_p(numbers.ctypes.data),
            *(ctypes.c_void_p(trace[here].ctypes.data) for trace in traces),
        )
