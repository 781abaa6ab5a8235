"""Recording: what a backend returns."""

from collections.abc import Mapping
from dataclasses import dataclass

from targets.arrays import Ints
from targets.raster import SpikeRaster


@dataclass(frozen=True, eq=False)
class Recording:
    """Spikes of every population, and its state after the last step.

    spikes  population -> SpikeRaster
    u, v    population -> int32 [sample, neuron]
    """

    spikes: Mapping[str, SpikeRaster]
    u: Mapping[str, Ints]
    v: Mapping[str, Ints]
