"""OwnRates: the mean rate of every neuron while it was well, and of which data; what a repair brings back."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from targets.contracts.arrays import Floats, readonly
from targets.contracts.errors import InputError
from targets.contracts.provenance import sample_digests
from targets.contracts.raster import SpikeRaster
from targets.contracts.shown import brief
from targets.contracts.wiring import Node


@dataclass(frozen=True, eq=False)
class OwnRates:
    """Mean rates on some data, spikes per step that counts.

    data    what a user calls the data: "digits, split of seed 3"
    digest  `unlabelled_digest` of their samples
    rates   population -> float64 [neuron]
    """

    data: str
    digest: str
    rates: Mapping[str, Floats]

    def __post_init__(self) -> None:
        rates = {}
        for name, given in self.rates.items():
            values = readonly(given, np.float64, f"own rates of {brief(name)}")
            if not ((values >= 0) & (values <= 1)).all():
                raise InputError(
                    f"own rates of {brief(name)} run from {values.min():g} to {values.max():g}; a neuron spikes 0 to 1 "
                    "times per step, so measure them again."
                )
            rates[name] = values
        object.__setattr__(self, "rates", MappingProxyType(rates))

    def of(self, *populations: Node) -> Mapping[str, Floats]:
        """The rates of populations; InputError for one that has none, or as many as another number of neurons."""
        for each in populations:
            known = self.rates.get(each.name)
            if known is None or known.size != each.neurons:
                told = "none" if known is None else f"those of {known.size:,} neurons"
                raise InputError(
                    f"the rates remembered on {brief(self.data)} are for {brief(sorted(self.rates))}, and for "
                    f"population {brief(each.name)} of {each.neurons:,} neurons there are {told}; give --reference."
                )
        return {each.name: self.rates[each.name] for each in populations}


def unlabelled_digest(inputs: Mapping[str, SpikeRaster]) -> str:
    """SHA-256 of the counted spikes of all samples, input by input; labels do not matter."""
    sha = hashlib.sha256()
    for name in sorted(inputs):
        raster = inputs[name]
        sha.update(sample_digests(SpikeRaster(raster.packed, raster.neurons, raster.lengths)).tobytes())
    return sha.hexdigest()
