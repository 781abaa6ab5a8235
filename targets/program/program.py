"""Program: integer populations and projections, cut into cores and placed on a chip."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np

from targets.contracts import artefact
from targets.contracts.arrays import Array, Ints, readonly
from targets.contracts.artefact import Artefact
from targets.contracts.errors import InputError
from targets.contracts.ports import Input, Readout
from targets.contracts.synapses import Synapses, pack, unpack
from targets.contracts.wiring import wiring_faults


@dataclass(frozen=True, eq=False)
class IntPopulation:
    """Integer CUBA-LIF neurons; du, dv, vth, bias: int32 [neuron], units as in targets/runtime/neuron.py.

    `motif_size` neurons in a row form a motif, the unit of placement (1: every neuron by itself).
    """

    name: str
    motif_size: int
    du: Ints
    dv: Ints
    vth: Ints
    bias: Ints

    def __post_init__(self) -> None:
        for key in ("du", "dv", "vth", "bias"):
            values = readonly(getattr(self, key), np.int32, f"{key} of population {self.name!r}")
            object.__setattr__(self, key, values)
            if values.size != self.neurons:
                raise InputError(
                    f"population {self.name!r} has {self.neurons} values of du but {values.size} of {key}; "
                    "one per neuron is needed, so match them."
                )
        if self.motif_size < 1 or self.neurons < 1 or self.neurons % self.motif_size:
            raise InputError(
                f"population {self.name!r} has {self.neurons} neurons in motifs of {self.motif_size}; "
                "motifs must fill it exactly, so change one of the two."
            )

    @property
    def neurons(self) -> int:
        """Number of neurons."""
        return int(self.du.size)


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


@dataclass(frozen=True, eq=False)
class Core:
    """One core: the tile (x, y) it sits in and the neurons it holds, int32 indices per population."""

    x: int
    y: int
    members: Mapping[str, Ints]

    def __post_init__(self) -> None:
        members = {
            name: readonly(indices, np.int32, f"neurons of {name!r} on a core")
            for name, indices in self.members.items()
        }
        object.__setattr__(self, "members", MappingProxyType(members))

    @property
    def neurons(self) -> int:
        """Number of neurons on the core."""
        return sum(indices.size for indices in self.members.values())


@dataclass(frozen=True)
class Route:
    """Spikes that leave core `source` for core `target` along `axons` axons; source -1 is the outside."""

    source: int
    target: int
    axons: int


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
        for key in ("wraps", "saturates"):
            values = readonly(getattr(self, key), np.int32, f"neurons at risk of population {self.population!r}")
            object.__setattr__(self, key, values)


@dataclass(frozen=True, eq=False)
class Program:
    """What a chip or simulator runs.

    `outputs` are the populations a user reads; `steps` is the usual length of a sample; `origin` is the digest of
    the network it came from; `settings` are those it was made with; `proofs` tell of each population whether its
    registers can overflow, and are empty where nobody has asked.
    """

    chip: str
    inputs: tuple[Input, ...]
    populations: tuple[IntPopulation, ...]
    projections: tuple[IntProjection, ...]
    cores: tuple[Core, ...]
    routes: tuple[Route, ...]
    outputs: tuple[str, ...]
    readout: Readout | None
    steps: int
    origin: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    proofs: tuple[Proof, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "settings", MappingProxyType(dict(self.settings)))
        faults = wiring_faults("program", self.inputs, self.populations, self.projections, self.outputs, self.readout)
        if faults:
            raise InputError(faults[0])
        for proof in self.proofs:
            _fitting(proof, self.populations)

    def population(self, name: str) -> IntPopulation:
        """The population of that name; KeyError when there is none."""
        return {population.name: population for population in self.populations}[name]

    @property
    def neurons(self) -> int:
        """Number of neurons in all populations."""
        return sum(population.neurons for population in self.populations)

    @property
    def digest(self) -> str:
        """SHA-256 of the whole content."""
        return self._artefact().digest

    def save(self, path: str | os.PathLike[str]) -> str:
        """Write a .program file in one step and return its digest."""
        return artefact.save(self._artefact(), path)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> "Program":
        """Read a .program file; InputError when it is missing, damaged or no program.

        The limits of its chip are judged by `targets.program.check.check`, not here.
        """
        return cls._from(artefact.load(path, "program"))

    def _artefact(self) -> Artefact:
        arrays: dict[str, Array] = {}
        populations, projections = [], []
        for population in self.populations:
            populations.append({"name": population.name, "motif_size": population.motif_size})
            for key in ("du", "dv", "vth", "bias"):
                arrays[f"population.{population.name}.{key}"] = getattr(population, key)
        for projection in self.projections:
            synapses, stored = pack(projection.synapses, f"projection.{projection.name}")
            arrays |= stored
            projections.append(
                {
                    "name": projection.name,
                    "source": projection.source,
                    "target": projection.target,
                    "exponent": projection.exponent,
                    "delay": projection.delay,
                    "synapses": synapses,
                }
            )
        for number, core in enumerate(self.cores):
            for name, indices in core.members.items():
                arrays[f"core.{number}.{name}"] = indices
        arrays["routes"] = np.array([(r.source, r.target, r.axons) for r in self.routes], np.int32).reshape(-1, 3)
        header: dict[str, Any] = {
            "chip": self.chip,
            "inputs": [[source.name, source.neurons] for source in self.inputs],
            "populations": populations,
            "projections": projections,
            "cores": [[core.x, core.y, list(core.members)] for core in self.cores],
            "outputs": list(self.outputs),
            "readout": None if self.readout is None else [self.readout.population, self.readout.classes],
            "steps": self.steps,
            "origin": self.origin,
            "settings": dict(self.settings),
        }
        if self.proofs:  # a file without them is as it was before there were any, digest and all
            header["proofs"] = [[proof.population, proof.a, proof.u, proof.v] for proof in self.proofs]
            arrays |= {f"proof.{proof.population}.wraps": proof.wraps for proof in self.proofs}
            arrays |= {f"proof.{proof.population}.saturates": proof.saturates for proof in self.proofs}
        return Artefact("program", header, arrays)

    @classmethod
    def _from(cls, stored: Artefact) -> "Program":
        header, arrays = stored.header, stored.arrays
        return cls(
            chip=header["chip"],
            inputs=tuple(Input(name, neurons) for name, neurons in header["inputs"]),
            populations=tuple(
                IntPopulation(
                    name=entry["name"],
                    motif_size=entry["motif_size"],
                    **{key: arrays[f"population.{entry['name']}.{key}"] for key in ("du", "dv", "vth", "bias")},
                )
                for entry in header["populations"]
            ),
            projections=tuple(
                IntProjection(
                    name=entry["name"],
                    source=entry["source"],
                    target=entry["target"],
                    synapses=unpack(entry["synapses"], arrays, f"projection.{entry['name']}"),
                    exponent=entry["exponent"],
                    delay=entry["delay"],
                )
                for entry in header["projections"]
            ),
            cores=tuple(
                Core(x, y, {name: arrays[f"core.{number}.{name}"] for name in names})
                for number, (x, y, names) in enumerate(header["cores"])
            ),
            routes=tuple(Route(*(int(value) for value in row)) for row in arrays["routes"]),
            outputs=tuple(header["outputs"]),
            readout=None if header["readout"] is None else Readout(*header["readout"]),
            steps=header["steps"],
            origin=header["origin"],
            settings=header["settings"],
            proofs=tuple(
                Proof(
                    name,
                    (a[0], a[1]),
                    (u[0], u[1]),
                    (v[0], v[1]),
                    arrays[f"proof.{name}.wraps"],
                    arrays[f"proof.{name}.saturates"],
                )
                for name, a, u, v in header.get("proofs", ())
            ),
        )


def _fitting(proof: Proof, populations: tuple[IntPopulation, ...]) -> None:
    """Raise InputError for a proof of no population, or of neurons that it has not."""
    neurons = {population.name: population.neurons for population in populations}.get(proof.population)
    if neurons is None:
        raise InputError(
            f"a proof speaks of population {proof.population!r}; the program has "
            f"{sorted(population.name for population in populations)}, so compile the network again."
        )
    named = np.concatenate([proof.wraps, proof.saturates])
    if named.size and not (named.min() >= 0 and named.max() < neurons):
        raise InputError(
            f"a proof of population {proof.population!r} names neurons {named.min()}..{named.max()}; "
            f"there are {neurons} (0..{neurons - 1}), so compile the network again."
        )
