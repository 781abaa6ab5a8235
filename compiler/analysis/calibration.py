"""calibrate: what a float graph does on data, as the quantiser and the partitioner need it."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from compiler.analysis.interpret import interpret
from compiler.ir.graph import FloatGraph, FloatPopulation
from targets.contracts.arrays import Array, Floats, readonly
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster


@dataclass(frozen=True, eq=False)
class Calibration:
    """Spike rates and peaks on data.

    rates  input or population -> spikes per step, float64 [neuron]
    peaks  population -> how high |u| and |v| rise, in thresholds; v before its reset
    """

    rates: Mapping[str, Floats]
    peaks: Mapping[str, tuple[float, float]]

    def __post_init__(self) -> None:
        rates = {name: readonly(values, np.float64, f"rates of {name!r}") for name, values in self.rates.items()}
        object.__setattr__(self, "rates", MappingProxyType(rates))
        object.__setattr__(self, "peaks", MappingProxyType(dict(self.peaks)))


def calibrate(graph: FloatGraph, inputs: Mapping[str, SpikeRaster], percentile: float = 100.0) -> Calibration:
    """Run `graph` on `inputs` and note the rate of every neuron, and the `percentile` of |u| and |v| over all bins.

    Raises InputError for a percentile outside 0..100.
    """
    if not 0 <= percentile <= 100:
        raise InputError(f"percentile is {percentile}; it must be in 0..100, so give one such as 99.9.")
    spikes = {**inputs, **interpret(graph, inputs)}
    dense = {name: raster.dense() for name, raster in spikes.items()}
    return Calibration(
        rates={name: values.mean(axis=(0, 1)) for name, values in dense.items()},
        peaks={population.name: _peaks(graph, population, dense, percentile) for population in graph.populations},
    )


def _peaks(
    graph: FloatGraph, population: FloatPopulation, spikes: Mapping[str, Array], percentile: float
) -> tuple[float, float]:
    """Percentiles of |u| and |v| in thresholds; spikes [sample, time, neuron] of everything are given."""
    fired = spikes[population.name]
    samples, steps, neurons = fired.shape
    u, v = np.zeros((samples, neurons)), np.zeros((samples, neurons))
    swing = np.zeros((2, steps, samples, neurons))
    for t in range(steps):
        u = (1 - 1 / population.tau_s) * u
        for projection in graph.into(population.name):
            if projection.bias is not None:
                u = u + projection.bias
            if t >= projection.delay:
                sent = spikes[projection.source][:, t - projection.delay].astype(np.float64)
                u = u + projection.synapses.accumulate(sent)
        v = (1 - 1 / population.tau_m) * v + u + population.bias
        swing[:, t] = np.abs([u, v]) / population.threshold
        v = np.where(fired[:, t], 0, v)
    return float(np.percentile(swing[0], percentile)), float(np.percentile(swing[1], percentile))
