"""Voltages: what neurons that answer in voltage have said of each sample, floats and integers alike."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from targets.contracts.arrays import Array, Floats, Ints
from targets.contracts.ports import Answer, window_on
from targets.contracts.raster import SpikeRaster, counting
from targets.program.program import Program
from targets.runtime.recording import Probe, Recording


@dataclass(frozen=True, eq=False)
class Voltages:
    """Voltages of one population: float64 [sample, neuron] each.

    last, peak  after the last step that counts, and the highest of those that count, or of the last so many as the
                readout looks at; 0 where none does
    labels      int32 [sample], or None
    targets     float64 [sample, value], or None
    """

    last: Floats
    peak: Floats
    labels: Ints | None = None
    targets: Floats | None = None

    @classmethod
    def of(cls, v: Array, unit: Floats, samples: SpikeRaster, window: int = 0) -> "Voltages":
        """From v [sample, time, neuron] in every step, counted in `unit` [neuron], of the samples of a raster.

        With a `window` above 0 the peak is that of so many of the last steps.
        """
        lengths, steps = samples.lengths, np.arange(v.shape[1])
        counted = counting(lengths, v.shape[1], window)
        last = (v * (steps == lengths[:, None] - 1)[:, :, None]).sum(axis=1)
        lowest = np.iinfo(v.dtype).min if v.dtype.kind == "i" else -np.inf
        peak = np.where(counted[:, :, None], v, lowest).max(axis=1, initial=lowest)
        peak = np.where(lengths[:, None] > 0, peak, 0)
        return cls(last * unit, peak * unit, samples.labels, samples.targets)

    def by(self, which: Answer) -> Floats:
        """What a readout that goes by `which` looks at."""
        return self.peak if which == "peak" else self.last


def probes_of_voltages(program: Program) -> tuple[Probe, ...]:
    """A probe of every population that answers in voltage."""
    return tuple(
        Probe(each.name, np.arange(each.neurons, dtype=np.int32)) for each in program.own if each.unit is not None
    )


def voltages_of(program: Program, recording: Recording) -> Mapping[str, Voltages]:
    """Voltages of every population that answers so, in a recording with `probes_of_voltages` in the network's time."""
    found = {}
    for each in program.own:
        if each.unit is not None:
            window = window_on(each.name, program.readout)
            v = recording.traces[each.name].v
            found[each.name] = Voltages.of(v, each.unit, recording.spikes[each.name], window)
    return found
