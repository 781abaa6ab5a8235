"""calibrate: rates and peaks of a float graph on data, for the quantizer and the partitioner."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from compiler.analysis.interpret import interpret
from compiler.ir.graph import FloatGraph, IntGraph
from targets.contracts.arrays import Floats, readonly
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster


@dataclass(frozen=True, eq=False)
class Calibration:
    """Spike rates and peaks on data.

    rates  input or population -> spikes per step, float64 [neuron]
    peaks  population -> highest |u| and |v|, in thresholds; v before its reset
    """

    rates: Mapping[str, Floats]
    peaks: Mapping[str, tuple[float, float]]

    def __post_init__(self) -> None:
        rates = {name: readonly(values, np.float64, f"rates of {name!r}") for name, values in self.rates.items()}
        object.__setattr__(self, "rates", MappingProxyType(rates))
        object.__setattr__(self, "peaks", MappingProxyType(dict(self.peaks)))

    def rates_in(self, graph: IntGraph) -> dict[str, Floats]:
        """Rates of the inputs and populations that `graph` still has."""
        names = [part.name for part in graph.inputs] + [part.name for part in graph.populations]
        return {name: self.rates[name] for name in names}


def calibrate(graph: FloatGraph, inputs: Mapping[str, SpikeRaster], percentile: float = 100.0) -> Calibration:
    """Interpret `graph` on `inputs`: the rate of every neuron, and the `percentile` of |u| and |v| over all bins.

    Raises InputError for a percentile outside 0..100.
    """
    if not 0 <= percentile <= 100:
        raise InputError(f"percentile is {percentile}; it must be in 0..100, so give one such as 99.9.")
    first = next(iter(inputs.values()))
    swings = {each.name: np.zeros((2, first.steps, first.samples, each.neurons)) for each in graph.populations}
    threshold = {each.name: each.threshold for each in graph.populations}

    def observe(name: str, t: int, u: Floats, v: Floats) -> None:
        swings[name][:, t] = np.abs([u, v]) / threshold[name]

    spikes = {**inputs, **interpret(graph, inputs, observe=observe)}
    return Calibration(
        rates={name: raster.dense().mean(axis=(0, 1)) for name, raster in spikes.items()},
        peaks={name: (_percentile(u, percentile), _percentile(v, percentile)) for name, (u, v) in swings.items()},
    )


def _percentile(values: Floats, percentile: float) -> float:
    return float(np.percentile(values, percentile))
