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
    """Spike rates and peaks on data, over the steps that count.

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
    """Interpret `graph` on `inputs`: the rate of every neuron, and the `percentile` of |u| and |v| over bins.

    Steps count as far as each sample's length goes, in the own time of each population: one that is late is followed
    by its latency beyond the end. Raises InputError for a percentile outside 0..100, and where no step counts.
    """
    if not 0 <= percentile <= 100:
        raise InputError(f"percentile is {percentile}; it must be in 0..100, so give one such as 99.9.")
    first = next(iter(inputs.values()))
    if not first.counted_steps:
        raise InputError(
            f"none of the steps of the {first.samples} samples to calibrate on counts; at least one is needed, so give "
            "spikes with lengths above 0."
        )
    late = {each.name: each.latency for each in graph.populations}
    given = {name: raster.padded(max(late.values())) for name, raster in inputs.items()}
    swings = {each.name: np.zeros((2, first.steps, first.samples, each.neurons)) for each in graph.populations}
    threshold = {each.name: each.threshold for each in graph.populations}
    counted = np.arange(first.steps)[:, None] < first.lengths

    def observe(name: str, t: int, u: Floats, v: Floats) -> None:
        if 0 <= t - late[name] < first.steps:
            swings[name][:, t - late[name]] = np.abs([u, v]) / threshold[name]

    found = interpret(graph, given, observe=observe)
    own = {name: raster.between(late[name], late[name] + first.steps) for name, raster in found.items()}
    return Calibration(
        rates={name: raster.rates() for name, raster in {**inputs, **own}.items()},
        peaks={
            name: (_percentile(u[counted], percentile), _percentile(v[counted], percentile))
            for name, (u, v) in swings.items()
        },
    )


def _percentile(values: Floats, percentile: float) -> float:
    return float(np.percentile(values, percentile))
