"""Hypergraph: a graph as a mapping sees it, whole motifs joined by nets."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from targets.contracts.arrays import Array, Floats, Ints, readonly
from targets.contracts.chip import ChipSpec
from targets.contracts.errors import InputError
from targets.contracts.fields import MOST_DELAY, whole
from targets.contracts.serial import LATER

_PAIRS = ("decays", "thresholds")
_MOST = 1 << 40
"""Neurons, synapses, events and rates of one unit or net: sums of them stay exact."""
_LAST = (1 << 32) - 1
"""The largest number of a profile: no network has so many neurons."""


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
    delayed       [unit]: synapses over which spikes take more than one step; None where none do
    longest       steps that the slowest synapse of all takes: what every core may have to keep inputs for
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
    delayed: Array | None = field(default=None, metadata=LATER)
    longest: int = field(default=1, metadata=LATER)

    def __post_init__(self) -> None:
        for key in ("unit_of", "split"):
            object.__setattr__(self, key, MappingProxyType(dict(getattr(self, key))))
        for key in ("neurons", "synapses", "decays", "thresholds", "pins", "indptr", "home", "width"):
            array = readonly(getattr(self, key), np.int64, f"{key} of a hypergraph", 2 if key in _PAIRS else 1)
            object.__setattr__(self, key, array)
        for key in ("events", "rate"):
            object.__setattr__(self, key, readonly(getattr(self, key), np.float64, f"{key} of a hypergraph"))
        if self.delayed is not None:
            object.__setattr__(self, "delayed", readonly(self.delayed, np.int64, "delayed of a hypergraph"))
        object.__setattr__(self, "longest", whole(self.longest, "longest delay of a hypergraph", MOST_DELAY, least=1))
        if (fault := self._fault()) is not None:
            raise InputError(f"a hypergraph has {fault}; run the pass coarsen again.")

    def _fault(self) -> str | None:
        """What does not fit together, of which passes would read beyond the end of an array."""
        sizes = {"synapses": self.units, "events": self.units, "width": self.nets, "rate": self.nets}
        for key, size in (sizes | {"indptr": self.nets + 1}).items():
            if getattr(self, key).size != size:
                return f"{getattr(self, key).size:,} {key} where {size:,} are needed"
        if self.indptr[0] != 0 or self.indptr[-1] != self.pins.size or (np.diff(self.indptr) < 0).any():
            return "an indptr that does not rise from 0 to the number of pins"
        for key in ("neurons", "synapses", "events", "width", "rate"):
            if getattr(self, key).min(initial=0) < 0:
                return f"{key} down to {getattr(self, key).min():g}, where 0 is the least"
            if getattr(self, key).max(initial=0) > _MOST:
                return f"{key} up to {getattr(self, key).max():g}, where {_MOST:g} is the most"
        if self.delayed is not None and (
            self.delayed.shape != self.synapses.shape or ((self.delayed < 0) | (self.delayed > self.synapses)).any()
        ):
            return "delayed synapses that are not among those of its units"
        profiles = [getattr(self, key) for key in _PAIRS]
        if any(pairs.shape[0] != 2 or pairs.min(initial=0) < 0 or pairs.max(initial=0) > _LAST for pairs in profiles):
            return f"profiles that are no pairs of a unit and a number from 0 to {_LAST:,}"
        unit_of = tuple(self.unit_of.values())
        if any(units.ndim != 1 or units.dtype.kind not in "iu" or not units.size for units in unit_of):
            return "a population whose units are no list of numbers"
        named = (self.pins, *unit_of, *(pairs[0] for pairs in profiles), self.home[self.home >= 0])
        for units in named:
            if units.size and not (units.min() >= 0 and units.max() < self.units):
                return f"units {units.min()}..{units.max()} of {self.units:,}"
        return "a net from a unit below -1" if self.home.min(initial=-1) < -1 else None

    @property
    def units(self) -> int:
        """Number of units."""
        return int(self.neurons.size)

    @property
    def nets(self) -> int:
        """Number of nets."""
        return int(self.home.size)

    def synapse_bits(self, chip: ChipSpec) -> Array:
        """Bits of the synapses of every unit, int64 [unit]."""
        delayed = np.zeros_like(self.synapses) if self.delayed is None else self.delayed
        return chip.synapse_bits_of(self.synapses, delayed)

    def neurons_per_core(self, chip: ChipSpec) -> int:
        """Neurons that any core holds, whichever units it has: those of the longest delay may be among them."""
        return chip.neurons_at(self.longest)

    @property
    def net_of(self) -> Array:
        """Net of every pin, int [pin]."""
        return np.repeat(np.arange(self.nets), np.diff(self.indptr))

    def of_neurons(self, core_of: Array) -> dict[str, Ints]:
        """Core of every neuron, population -> int32 [neuron], from that of every unit, int [unit]."""
        return {name: core_of[unit_of].astype(np.int32) for name, unit_of in self.unit_of.items()}
