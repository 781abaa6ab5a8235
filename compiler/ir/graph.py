"""The intermediate representation: populations joined by projections."""

from dataclasses import dataclass, field
from typing import Generic, TypeVar

import numpy as np

from targets.contracts.arrays import Floats, Ints, readonly
from targets.contracts.errors import InputError
from targets.contracts.fields import MOST_DELAY, MOST_LATENCY, MOST_NEURONS, MOST_STEPS, named, resting, whole
from targets.contracts.ports import Input, Readout
from targets.contracts.provenance import Provenance
from targets.contracts.serial import LATER
from targets.contracts.synapses import Synapses
from targets.contracts.wiring import Edge, Node, wiring_faults
from targets.program.program import IntPopulation, IntProjection, Invented


@dataclass(frozen=True, eq=False)
class FloatPopulation:
    """Float CUBA-LIF neurons, float64 [neuron] each; the gain of the input is folded into the weights.

    tau_s, tau_m  synaptic and membrane time constants in steps
    threshold     the neuron spikes where v > threshold
    bias          added to v in every step
    `motif_size` neurons in a row form a motif, the unit of placement (1: every neuron by itself). `latency`,
    `invented` and `refractory` are those of an IntPopulation.
    """

    name: str
    motif_size: int
    tau_s: Floats
    tau_m: Floats
    threshold: Floats
    bias: Floats
    latency: int = field(default=0, kw_only=True)
    invented: Invented = field(default="", kw_only=True)
    refractory: Ints | None = field(default=None, kw_only=True, metadata=LATER)

    def __post_init__(self) -> None:
        named(self.name, "a population")
        size = whole(self.motif_size, f"motif size of population {self.name!r}", MOST_NEURONS)
        object.__setattr__(self, "motif_size", size)
        late = whole(self.latency, f"latency of population {self.name!r}", MOST_LATENCY, least=0)
        object.__setattr__(self, "latency", late)
        for key in ("tau_s", "tau_m", "threshold", "bias"):
            values = readonly(getattr(self, key), np.float64, f"{key} of population {self.name!r}")
            object.__setattr__(self, key, values)
            if values.size != self.neurons:
                raise InputError(
                    f"population {self.name!r} has {self.neurons} values of tau_s but {values.size} of {key}; "
                    "one per neuron is needed, so match them."
                )
        rest = resting(self.refractory, self.neurons, f"population {self.name!r}")
        object.__setattr__(self, "refractory", rest)
        if self.motif_size < 1 or self.neurons < 1 or self.neurons % self.motif_size:
            raise InputError(
                f"population {self.name!r} has {self.neurons} neurons in motifs of {self.motif_size}; "
                "motifs must fill it exactly, so change one of the two."
            )
        if self.threshold.min() <= 0:
            raise InputError(
                f"population {self.name!r} has threshold down to {self.threshold.min():g}; it must be above 0, so "
                "raise it."
            )
        for key in ("tau_s", "tau_m"):
            if getattr(self, key).min() < 1:
                raise InputError(
                    f"population {self.name!r} has {key} down to {getattr(self, key).min():g} steps; at least 1 is "
                    "needed, so raise it or use smaller steps."
                )

    @property
    def neurons(self) -> int:
        """Number of neurons."""
        return int(self.tau_s.size)


@dataclass(frozen=True, eq=False)
class FloatProjection:
    """Float synapses, in units of current per spike; a spike at t arrives at t + delay, delay >= 0.

    `bias`, float64 [post] or None, rides with the projection: an always-on source that adds to the target's current
    in every step. (The bias of a population adds to its voltage.)
    """

    name: str
    source: str
    target: str
    synapses: Synapses
    delay: int
    bias: Floats | None = None

    def __post_init__(self) -> None:
        named(self.name, "a projection")
        object.__setattr__(self, "delay", whole(self.delay, f"delay of projection {self.name!r}", MOST_DELAY))
        if self.delay < 0:
            raise InputError(
                f"projection {self.name!r} has delay {self.delay}; a spike cannot arrive before it is sent, "
                "so give 0 or more steps."
            )
        if self.bias is not None:
            values = readonly(self.bias, np.float64, f"bias of projection {self.name!r}")
            if values.size != self.synapses.shape[0]:
                raise InputError(
                    f"projection {self.name!r} has {values.size} biases for {self.synapses.shape[0]} neurons of "
                    f"{self.target!r}; one per neuron is needed, so match them."
                )
            object.__setattr__(self, "bias", values)


P = TypeVar("P", bound=Node)
J = TypeVar("J", bound=Edge)


@dataclass(frozen=True, eq=False)
class Graph(Generic[P, J]):
    """Populations of type P joined by projections of type J; raises InputError when names or shapes do not fit.

    `origin` is the digest of the network it came from and `provenance` that of the network, `steps` the usual length of
    a sample.
    """

    inputs: tuple[Input, ...]
    populations: tuple[P, ...]
    projections: tuple[J, ...]
    readout: Readout | None
    steps: int
    origin: str
    provenance: Provenance = field(default_factory=Provenance)

    def __post_init__(self) -> None:
        object.__setattr__(self, "steps", whole(self.steps, "the number of steps of a graph", MOST_STEPS, least=1))
        faults = wiring_faults("graph", self.inputs, self.populations, self.projections, (), self.readout)
        if faults:
            raise InputError(faults[0])

    def population(self, name: str) -> P:
        """The population of that name; KeyError when there is none."""
        return {population.name: population for population in self.populations}[name]

    def into(self, name: str) -> tuple[J, ...]:
        """Projections that end at population `name`, those of one source together."""
        incoming = [projection for projection in self.projections if projection.target == name]
        sources = list(dict.fromkeys(projection.source for projection in incoming))
        return tuple(sorted(incoming, key=lambda projection: sources.index(projection.source)))


FloatGraph = Graph[FloatPopulation, FloatProjection]
IntGraph = Graph[IntPopulation, IntProjection]
