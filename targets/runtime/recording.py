"""Recording: what a backend returns; Probe: what it is asked to trace."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from targets.contracts.arrays import Array, Ints, readonly
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster
from targets.contracts.reprs import html_table, listed
from targets.program.program import Program


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

    @classmethod
    def of_zeros(cls, samples: int, steps: int, neurons: int) -> "Trace":
        """Writable zeros, for a backend to fill."""
        shape = (samples, steps, neurons)
        return cls(np.zeros(shape, np.int32), np.zeros(shape, np.int32))


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

    def __getitem__(self, population: str) -> Array:
        """Spikes of a population as uint8 [sample, time, neuron]; KeyError for one that is not there."""
        return self.spikes[population].dense()

    def __repr__(self) -> str:
        first = next(iter(self.spikes.values()), None)
        sizes = "nothing" if first is None else f"{first.samples:,} samples of {first.steps:,} steps"
        return f"Recording({sizes}; {listed(self.spikes)})"

    def _repr_html_(self) -> str:
        """What a notebook shows: spikes of every population."""
        rows = [
            (name, f"{each.neurons:,} neurons", f"{int(each.counts().sum()):,} spikes")
            for name, each in self.spikes.items()
        ]
        return html_table(repr(self), rows)


def checked_probes(program: Program, probes: Sequence[Probe]) -> tuple[Probe, ...]:
    """The probes themselves, when every one asks for neurons that are there and no population is asked for twice.

    Raises InputError for an unknown population, a population probed twice and a neuron out of range.
    """
    widths = {population.name: population.neurons for population in program.populations}
    for number, probe in enumerate(probes):
        name, neurons = probe.population, probe.neurons
        if name not in widths:
            raise InputError(
                f"a probe asks for population {name!r}; the program has {', '.join(widths)}, so correct the name."
            )
        if name in {earlier.population for earlier in probes[:number]}:
            raise InputError(f"population {name!r} is probed twice; name all its neurons in one probe.")
        if neurons.size and not (neurons.min() >= 0 and neurons.max() < widths[name]):
            raise InputError(
                f"a probe asks for neurons {neurons.min()}..{neurons.max()} of population {name!r}; "
                f"it has {widths[name]} (0..{widths[name] - 1}), so correct the indices."
            )
    return tuple(probes)
