"""Program: integer populations and projections, cut into cores and placed on a chip."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal

import numpy as np

from targets.contracts import artefact
from targets.contracts.arrays import Floats, Ints, readonly
from targets.contracts.artefact import Artefact
from targets.contracts.chip import ChipSpec
from targets.contracts.errors import InputError
from targets.contracts.fields import (
    MOST_DELAY,
    MOST_EXPONENT,
    MOST_LATENCY,
    MOST_NEURONS,
    MOST_STEPS,
    named,
    resting,
    whole,
)
from targets.contracts.own_rates import OwnRates
from targets.contracts.ports import Input, Readout
from targets.contracts.provenance import TOLD, Provenance
from targets.contracts.reprs import html_table, listed
from targets.contracts.serial import LATER, pack, read
from targets.contracts.shown import brief
from targets.contracts.synapses import Synapses, dense
from targets.contracts.wiring import wiring_faults
from targets.program.earlier import with_latency
from targets.program.listeners import Listeners, Route, listeners
from targets.program.version1 import upgraded

Invented = Literal["", "every step", "first step"]
"""When a population spikes that the compiler made up to stand for biases; "" for a population of the network."""

_FARTHEST = 1 << 100
"""No proof speaks of numbers beyond: v counts from 0, and u and a are sums of int32."""


def positive_units(name: str, unit: Floats, neurons: int) -> Floats:
    """The units of a population as they are; InputError where they are no finite numbers above 0, one per neuron."""
    values = readonly(unit, np.float64, f"unit of population {name!r}")
    if values.size != neurons or not (values > 0).all() or not np.isfinite(values).all():
        raise InputError(
            f"population {name!r} of {neurons} neurons has {values.size} units of its voltage; a finite one above 0 "
            "per neuron is needed, so compile the network again."
        )
    return values


@dataclass(frozen=True, eq=False)
class IntPopulation:
    """Integer CUBA-LIF neurons; du, dv, vth, bias: int32 [neuron], units as in targets/runtime/neuron.py.

    `motif_size` neurons in a row form a motif, the unit of placement (1: every neuron by itself). What the network
    does in step t happens in step t + `latency`. An `invented` population stands for biases and is in no output. For
    `refractory` steps after that of a spike, int32 [neuron], v stays 0; None where no neuron rests. Neurons that answer
    in voltage have a threshold that they do not reach; `unit`, float64 [neuron], is the voltage that 1 of their v
    stands for, None of neurons that answer in spikes.
    """

    name: str
    motif_size: int
    du: Ints
    dv: Ints
    vth: Ints
    bias: Ints
    latency: int = field(default=0, kw_only=True)
    invented: Invented = field(default="", kw_only=True)
    refractory: Ints | None = field(default=None, kw_only=True, metadata=LATER)
    unit: Floats | None = field(default=None, kw_only=True, metadata=LATER)

    def __post_init__(self) -> None:
        named(self.name, "a population")
        size = whole(self.motif_size, f"motif size of population {self.name!r}", MOST_NEURONS)
        object.__setattr__(self, "motif_size", size)
        late = whole(self.latency, f"latency of population {self.name!r}", MOST_LATENCY, least=0)
        object.__setattr__(self, "latency", late)
        for key in ("du", "dv", "vth", "bias"):
            values = readonly(getattr(self, key), np.int32, f"{key} of population {self.name!r}")
            object.__setattr__(self, key, values)
            if values.size != self.neurons:
                raise InputError(
                    f"population {self.name!r} has {self.neurons} values of du but {values.size} of {key}; "
                    "one per neuron is needed, so match them."
                )
        rest = resting(self.refractory, self.neurons, f"population {self.name!r}")
        object.__setattr__(self, "refractory", rest)
        if self.motif_size < 1 or self.neurons < 1 or self.neurons % self.motif_size:
            raise InputError(
                f"population {self.name!r} has {self.neurons} neurons in motifs of {self.motif_size}; "
                "motifs must fill it exactly, so change one of the two."
            )
        if self.unit is not None:
            object.__setattr__(self, "unit", positive_units(self.name, self.unit, self.neurons))

    @property
    def neurons(self) -> int:
        """Number of neurons."""
        return int(self.du.size)

    @property
    def refractory_steps(self) -> Ints:
        """Steps that every neuron rests after a spike, int32 [neuron]."""
        return np.zeros(self.neurons, np.int32) if self.refractory is None else self.refractory


@dataclass(frozen=True, eq=False)
class IntProjection:
    """Integer synapses: a spike at t adds shift(weights, exponent) to the target's input at t + delay."""

    name: str
    source: str
    target: str
    synapses: Synapses
    exponent: int
    delay: int

    def __post_init__(self) -> None:
        named(self.name, "a projection")
        for key, most in (("exponent", MOST_EXPONENT), ("delay", MOST_DELAY)):
            object.__setattr__(self, key, whole(getattr(self, key), f"{key} of projection {self.name!r}", most))
        if self.synapses.weights.dtype != np.int32:
            raise InputError(
                f"projection {self.name!r} has {self.synapses.weights.dtype} weights; a program holds integers, "
                "so quantise the network first."
            )
        if self.delay < 1:
            raise InputError(
                f"projection {self.name!r} has delay {self.delay}; in a program a spike takes at least 1 step, "
                "so retime the network."
            )

    def dense(self) -> Ints:
        """All weights before the exponent shifts them, as int32 [post, pre]; 0 where there is no synapse."""
        return dense(self.synapses)


@dataclass(frozen=True, eq=False)
class Core:
    """One core: the tile (x, y) it sits in and the neurons it holds, int32 indices per population."""

    x: int
    y: int
    members: Mapping[str, Ints]

    def __post_init__(self) -> None:
        for key in ("x", "y"):
            object.__setattr__(self, key, whole(getattr(self, key), f"{key} of a core's tile", MOST_NEURONS))
        members = {
            name: readonly(indices, np.int32, f"neurons of {brief(name)} on a core")
            for name, indices in self.members.items()
        }
        object.__setattr__(self, "members", MappingProxyType(members))

    @property
    def neurons(self) -> int:
        """Number of neurons on the core."""
        return sum(indices.size for indices in self.members.values())


@dataclass(frozen=True, eq=False)
class Proof:
    """What was proven of one population for any input: the (least, most) that a, u and v of its neurons can reach.

    `wraps`, int32 indices, are the neurons whose a or u may leave its register and come back with the other sign;
    `saturates` those whose v may be clipped. Of all others it was proven that this never happens. Ranges are those of
    registers without end; v is counted before its reset.
    """

    population: str
    a: tuple[int, int]
    u: tuple[int, int]
    v: tuple[int, int]
    wraps: Ints
    saturates: Ints

    def __post_init__(self) -> None:
        place = f"a proof of population {brief(self.population)}"
        for key in ("wraps", "saturates"):
            object.__setattr__(self, key, readonly(getattr(self, key), np.int32, f"{key} in {place}"))
        for key in ("a", "u", "v"):
            ends = tuple(whole(end, f"an end of {key} in {place}", _FARTHEST) for end in getattr(self, key))
            if len(ends) != 2 or ends[0] > ends[1]:
                raise InputError(
                    f"{place} says that {key} reaches {brief(ends)}; the least and the most are needed in this order, "
                    "so compile the network again."
                )
            object.__setattr__(self, key, ends)


@dataclass(frozen=True, eq=False)
class Program:
    """What a chip or simulator runs.

    `chip` is held by value, so that a program means the same wherever it is read. `outputs` are the populations a user
    reads; `steps` is the usual length of a sample, the largest latency included; `origin` is the digest of the network
    it came from; `settings` are those it was made with; `proofs` tell of each population whether its registers can
    overflow, and are empty where nobody has asked; `provenance` is that of the network, and the step that compiled it.
    `own_rates` are those of its neurons while it was well, or of the network's; None where nobody counted.
    """

    chip: ChipSpec
    inputs: tuple[Input, ...]
    populations: tuple[IntPopulation, ...]
    projections: tuple[IntProjection, ...]
    cores: tuple[Core, ...]
    outputs: tuple[str, ...]
    readout: Readout | None
    steps: int
    origin: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    proofs: tuple[Proof, ...] = ()
    provenance: Provenance = field(default_factory=Provenance)
    own_rates: OwnRates | None = field(default=None, kw_only=True, metadata=LATER)

    def __post_init__(self) -> None:
        object.__setattr__(self, "steps", whole(self.steps, "the number of steps of a program", MOST_STEPS, least=1))
        object.__setattr__(self, "settings", MappingProxyType(dict(self.settings)))
        faults = wiring_faults("program", self.inputs, self.populations, self.projections, self.outputs, self.readout)
        if faults:
            raise InputError(faults[0])
        for number, proof in enumerate(self.proofs):
            _fitting(proof, self.populations)
            if proof.population in {earlier.population for earlier in self.proofs[:number]}:
                raise InputError(f"population {proof.population!r} has two proofs; compile the network again.")

    def __repr__(self) -> str:
        cores = f"{len(self.cores):,} {'core' if len(self.cores) == 1 else 'cores'}"
        neurons = sum(population.neurons for population in self.own)
        return f"Program({neurons:,} neurons in {listed(each.name for each in self.own)}; {cores} of {self.chip.name})"

    def _repr_html_(self) -> str:
        """What a notebook shows: populations, then projections."""
        rows = [(each.name, f"{each.neurons:,} neurons", f"motifs of {each.motif_size}") for each in self.own]
        rows += [
            (each.name, f"{each.source} to {each.target}", f"{np.count_nonzero(each.synapses.weights):,} synapses")
            for each in self.projections
        ]
        return html_table(f"{self!r}, digest {self.digest[:12]}", rows)

    def population(self, name: str) -> IntPopulation:
        """The population of that name; KeyError when there is none."""
        return {population.name: population for population in self.populations}[name]

    def projection(self, name: str) -> IntProjection:
        """The projection of that name; KeyError when there is none."""
        return {projection.name: projection for projection in self.projections}[name]

    @property
    def neurons(self) -> int:
        """Number of neurons in all populations."""
        return sum(population.neurons for population in self.populations)

    @cached_property
    def own(self) -> tuple[IntPopulation, ...]:
        """The populations of the network: all but those that the compiler made up to stand for biases."""
        return tuple(population for population in self.populations if not population.invented)

    @cached_property
    def latency(self) -> Mapping[str, int]:
        """Steps by which each population that is late is behind the network: population -> steps, none of them 0."""
        return MappingProxyType({each.name: each.latency for each in self.own if each.latency})

    @property
    def latest(self) -> int:
        """Steps by which the latest population is late: what a sample has to be longer for it to finish."""
        return max(self.latency.values(), default=0)

    @cached_property
    def depths(self) -> Mapping[str, int]:
        """Longest delay, in steps, at which anybody listens to each input and population; 0 where nobody does."""
        depths = dict.fromkeys((*(i.name for i in self.inputs), *(p.name for p in self.populations)), 0)
        for projection in self.projections:
            depths[projection.source] = max(depths[projection.source], projection.delay)
        return MappingProxyType(depths)

    @cached_property
    def listeners(self) -> Listeners:
        """Which core listens to whom; asked only of a program whose cores hold neurons that are there."""
        return listeners(self.inputs, self.populations, self.projections, self.cores)

    @cached_property
    def routes(self) -> tuple[Route, ...]:
        """Axons between every two cores that are connected, and from outside."""
        return self.listeners.routes

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all that computes; origin, settings, provenance and proofs tell of it and are left out."""
        return Artefact("program", *pack(self, without=TOLD)).digest

    def save(self, path: str | os.PathLike[str]) -> str:
        """Write a .program file in one step and return the program's digest."""
        artefact.save(Artefact("program", *pack(self)), path)
        return self.digest

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> "Program":
        """Read a .program file of version 1 or 2; InputError when it is missing, damaged or no program.

        The limits of its chip are judged by `targets.program.check.check`, not here.
        """
        return read(path, "program", cls, _as_now)


def _as_now(stored: Artefact) -> Artefact:
    """A program stored in an earlier layout as it is stored today."""
    return with_latency(upgraded(stored) if stored.version == 1 else stored)


def _fitting(proof: Proof, populations: tuple[IntPopulation, ...]) -> None:
    """Raise InputError for a proof of no population, or of neurons that it has not."""
    neurons = {population.name: population.neurons for population in populations}.get(proof.population)
    if neurons is None:
        raise InputError(
            f"a proof speaks of population {brief(proof.population)}; the program has "
            f"{sorted(population.name for population in populations)}, so compile the network again."
        )
    named = np.concatenate([proof.wraps, proof.saturates])
    if named.size and not (named.min() >= 0 and named.max() < neurons):
        raise InputError(
            f"a proof of population {proof.population!r} names neurons {named.min()}..{named.max()}; "
            f"there are {neurons} (0..{neurons - 1}), so compile the network again."
        )
