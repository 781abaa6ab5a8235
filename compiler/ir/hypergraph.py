"""Hypergraph: a graph as a mapping sees it, whole motifs joined by nets."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from targets.contracts.arrays import Array, Floats, Ints, readonly

_PAIRS = ("decays", "thresholds")


@dataclass(frozen=True, eq=False)
class Hypergraph:
    """Units (motifs, or single neurons of motifs too large for a core) joined by nets (equivalent sources).

    unit_of       population -> unit of every neuron, int [neuron], units numbered in the order of populations
    split         population -> motifs that fit no core and are split into neurons, int32
    neurons, synapses, events   [unit]: neurons, synapses that end there, synaptic operations per step expected there
    decays, thresholds          (unit, profile) pairs, int [2, pair]: the profiles each unit needs
    pins, indptr  units that listen to net n: pins[indptr[n]:indptr[n + 1]], ascending
    home          [net]: the unit its sources belong to, -1 for inputs
    width, rate   [net]: number of source neurons, spikes per step of all of them together
    """

    unit_of: Mapping[str, Array]
    split: Mapping[str, Ints]
    neurons: Array
    synapses: Array
    events: Floats
    decays: Array
    thresholds: Array
    pins: Array
    indptr: Array
    home: Array
    width: Array
    rate: Floats

    def __post_init__(self) -> None:
        for key in ("unit_of", "split"):
            object.__setattr__(self, key, MappingProxyType(dict(getattr(self, key))))
        for key in ("neurons", "synapses", "decays", "thresholds", "pins", "indptr", "home", "width"):
            array = readonly(getattr(self, key), np.int64, f"{key} of a hypergraph", 2 if key in _PAIRS else 1)
            object.__setattr__(self, key, array)
        for key in ("events", "rate"):
            object.__setattr__(self, key, readonly(getattr(self, key), np.float64, f"{key} of a hypergraph"))

    @property
    def units(self) -> int:
        """Number of units."""
        return int(self.neurons.size)

    @property
    def nets(self) -> int:
        """Number of nets."""
        return int(self.home.size)

    @property
    def net_of(self) -> Array:
        """Net of every pin, int [pin]."""
        return np.repeat(np.arange(self.nets), np.diff(self.indptr))

    def of_neurons(self, core_of: Array) -> dict[str, Ints]:
        """Core of every neuron, population -> int32 [neuron], from that of every unit, int [unit]."""
        return {name: core_of[unit_of].astype(np.int32) for name, unit_of in self.unit_of.items()}
