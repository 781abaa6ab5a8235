"""Recording: what a backend returns; Probe: what it is asked to trace."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from targets.arrays import Array, Ints, readonly
from targets.raster import SpikeRaster


@dataclass(frozen=True, eq=False)
class Probe:
    """Neurons of a population whose u and v are wanted after every step; `neurons`: int32 indices."""

    population: str
    neurons: Ints

    def __post_init__(self) -> None:
        object.__setattr__(self, "neurons", readonly(self.neurons, np.int32, f"probed neurons of {self.population!r}"))


@dataclass(frozen=True, eq=False)
class Trace:
    """What a probe saw: u, v int32 [sample, time, neuron] after each step, neurons in the order of the probe."""

    u: Array
    v: Array


@dataclass(frozen=True, eq=False)
class Recording:
    """Spikes of every population, its state after the last step, and traces of probed populations.

    spikes  population -> SpikeRaster
    u, v    population -> int32 [sample, neuron]
    traces  population -> Trace
    """

    spikes: Mapping[str, SpikeRaster]
    u: Mapping[str, Ints]
    v: Mapping[str, Ints]
    traces: Mapping[str, Trace] = field(default_factory=dict)
