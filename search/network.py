"""Network: layers of motifs, connections, float weights. The contract between search and compiler; needs no torch."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from search.motif import Motif, neighbours
from search.version1 import upgraded
from targets.contracts import artefact
from targets.contracts.arrays import Array, Floats, Ints, readonly
from targets.contracts.artefact import Artefact
from targets.contracts.errors import InputError
from targets.contracts.fields import MOST_DELAY, MOST_STEPS, named, resting, whole
from targets.contracts.own_rates import OwnRates
from targets.contracts.ports import Input, Readout
from targets.contracts.provenance import TOLD, Provenance
from targets.contracts.reprs import html_table, listed
from targets.contracts.serial import LATER, pack, read
from targets.contracts.shown import brief
from targets.contracts.synapses import Banded, BlockDiagonal, Synapses, dense
from targets.contracts.wiring import wiring_faults

_PARAMETERS = ("tau_s", "tau_m", "resistance", "threshold", "bias")


@dataclass(frozen=True, eq=False)
class Layer:
    """CUBA-LIF neurons, one parameter value each (float64 [neuron]); usually made by `Layer.of`.

    tau_s, tau_m  synaptic and membrane time constants in steps, >= 1
    resistance    membrane resistance R, > 0; the gain of the input is R / (tau_m * tau_s)
    threshold     the neuron spikes where v > threshold, > 0
    bias          added to v in every step
    motif         wiring shared by all motifs of an SC-ML layer, or None
    refractory    steps after that of a spike for which v stays 0, int32 [neuron]; None where no neuron rests
    answers       "voltage" of neurons that only integrate and never spike, whatever their threshold
    """

    name: str
    tau_s: Floats
    tau_m: Floats
    resistance: Floats
    threshold: Floats
    bias: Floats
    motif: Motif | None = None
    refractory: Ints | None = field(default=None, kw_only=True, metadata=LATER)
    answers: Literal["spikes", "voltage"] = field(default="spikes", kw_only=True, metadata=LATER)

    def __post_init__(self) -> None:
        named(self.name, "a layer")
        if self.answers not in ("spikes", "voltage"):
            raise InputError(
                f"layer {self.name!r} answers in {brief(self.answers)}; allowed are spikes and voltage, so choose one."
            )
        for key in _PARAMETERS:
            values = readonly(getattr(self, key), np.float64, f"{key} of layer {self.name!r}")
            object.__setattr__(self, key, values)
            if values.size != self.neurons:
                raise InputError(
                    f"layer {self.name!r} has {self.neurons} values of tau_s but {values.size} of {key}; "
                    "one per neuron is needed, so match them."
                )
        for key, least in (("tau_s", 1.0), ("tau_m", 1.0)):
            if self.neurons and getattr(self, key).min() < least:
                raise InputError(
                    f"layer {self.name!r} has {key} down to {getattr(self, key).min():g} steps; "
                    f"at least {least:g} is needed, so raise it or use smaller steps."
                )
        for key in ("resistance", "threshold"):
            if self.neurons and getattr(self, key).min() <= 0:
                raise InputError(
                    f"layer {self.name!r} has {key} down to {getattr(self, key).min():g}; it must be above 0."
                )
        rest = resting(self.refractory, self.neurons, f"layer {self.name!r}")
        object.__setattr__(self, "refractory", rest)
        if self.neurons < 1 or self.neurons % self.motif_size:
            raise InputError(
                f"layer {self.name!r} has {self.neurons} neurons in motifs of {self.motif_size}; "
                "motifs must fill it exactly, so change one of the two."
            )

    @classmethod
    def of(
        cls,
        name: str,
        neurons: int,
        *,
        tau_s: npt.ArrayLike = 4.0,
        tau_m: npt.ArrayLike = 10.0,
        resistance: npt.ArrayLike | None = None,
        threshold: npt.ArrayLike = 1.0,
        bias: npt.ArrayLike = 0.0,
        motif: Motif | None = None,
        refractory: npt.ArrayLike = 0,
        answers: Literal["spikes", "voltage"] = "spikes",
    ) -> "Layer":
        """A layer from scalars or arrays; the resistance is tau_m where none is given (gain 1 / tau_s)."""

        def full(values: npt.ArrayLike) -> Array:
            return np.full(neurons, values) if np.ndim(values) == 0 else np.asarray(values)

        resistance = tau_m if resistance is None else resistance
        tau_s, tau_m, resistance, threshold, bias, rests = map(
            full, (tau_s, tau_m, resistance, threshold, bias, refractory)
        )
        return cls(name, tau_s, tau_m, resistance, threshold, bias, motif, refractory=rests, answers=answers)

    @property
    def neurons(self) -> int:
        """Number of neurons."""
        return int(self.tau_s.size)

    @property
    def motif_size(self) -> int:
        """Neurons per motif; 1 without motifs."""
        return 1 if self.motif is None else self.motif.size

    @property
    def unit(self) -> Floats | None:
        """The voltage that 1 of v stands for, float64 [neuron], of neurons that answer in voltage; else None."""
        return np.ones(self.neurons) if self.answers == "voltage" else None

    @property
    def gain(self) -> Floats:
        """R / (tau_m * tau_s): what a weight is multiplied by before it enters the current."""
        return self.resistance / (self.tau_m * self.tau_s)


@dataclass(frozen=True, eq=False)
class Connection:
    """Float synapses [post, pre] from an input or layer to a layer; a spike at t arrives at t + delay, delay >= 1."""

    name: str
    source: str
    target: str
    synapses: Synapses
    delay: int = 1

    def __post_init__(self) -> None:
        named(self.name, "a connection")
        object.__setattr__(self, "delay", whole(self.delay, f"delay of connection {self.name!r}", MOST_DELAY))
        if self.delay < 1:
            raise InputError(
                f"connection {self.name!r} has delay {self.delay}; a spike takes at least 1 step, so give 1 or more."
            )

    def dense(self) -> Floats:
        """All weights as float64 [post, pre]; 0 where there is no synapse."""
        return dense(self.synapses)


@dataclass(frozen=True, eq=False)
class Network:
    """A recurrent spiking network with its weights, ready to be compiled.

    `steps` is the usual length of a sample; `settings` are the hyperparameters it was made with, `origin` the digest
    of the data split it was trained on last (empty for a network built by hand), `provenance` the data themselves and
    the steps taken. `own_rates` are those of its neurons while it was well, for a repair; None where nobody counted.
    """

    inputs: tuple[Input, ...]
    layers: tuple[Layer, ...]
    connections: tuple[Connection, ...]
    readout: Readout | None = None
    steps: int = 1
    origin: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    provenance: Provenance = field(default_factory=Provenance)
    own_rates: OwnRates | None = field(default=None, kw_only=True, metadata=LATER)

    def __post_init__(self) -> None:
        object.__setattr__(self, "steps", whole(self.steps, "the number of steps of a network", MOST_STEPS, least=1))
        object.__setattr__(self, "settings", MappingProxyType(dict(self.settings)))
        faults = wiring_faults("network", self.inputs, self.layers, self.connections, (), self.readout)
        if faults:
            raise InputError(faults[0])
        mute = {layer.name for layer in self.layers if layer.answers == "voltage"}
        for connection in self.connections:
            if connection.source in mute:
                raise InputError(
                    f"connection {connection.name!r} leads away from layer {connection.source!r}, which answers in "
                    "voltage and sends no spikes; drop the connection or let the layer spike."
                )
            if connection.source == connection.target:
                _check_types(connection, self.layer(connection.target).motif)
            else:
                _check_late(connection, self.layer(connection.target).motif)

    def __repr__(self) -> str:
        names = listed(layer.name for layer in self.layers)
        return f"Network({self.neurons:,} neurons in {names}; {len(self.connections):,} connections)"

    def _repr_html_(self) -> str:
        """What a notebook shows: layers, then connections."""
        rows = [(each.name, f"{each.neurons:,} neurons", _motif_told(each.motif)) for each in self.layers]
        rows += [
            (each.name, f"{each.source} to {each.target}", f"{np.count_nonzero(each.synapses.weights):,} synapses")
            for each in self.connections
        ]
        return html_table(f"{self!r}, digest {self.digest[:12]}", rows)

    def layer(self, name: str) -> Layer:
        """The layer of that name; KeyError when there is none."""
        return {layer.name: layer for layer in self.layers}[name]

    def connection(self, name: str) -> Connection:
        """The connection of that name; KeyError when there is none."""
        return {connection.name: connection for connection in self.connections}[name]

    def with_settings(self, **more: Any) -> "Network":
        """The network with further settings (JSON values)."""
        return replace(self, settings={**self.settings, **more})

    @property
    def hidden(self) -> tuple[Layer, ...]:
        """All layers but the readout."""
        return tuple(each for each in self.layers if self.readout is None or each.name != self.readout.population)

    @property
    def neurons(self) -> int:
        """Number of neurons in all layers."""
        return sum(layer.neurons for layer in self.layers)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all that computes; origin, settings and provenance tell of it and are left out."""
        return Artefact("network", *pack(self, without=TOLD)).digest

    def save(self, path: str | os.PathLike[str]) -> str:
        """Write a .network file in one step and return the network's digest."""
        artefact.save(Artefact("network", *pack(self)), path)
        return self.digest

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> "Network":
        """Read a .network file of version 1 or 2; InputError when it is missing, damaged or no network."""
        return read(path, "network", cls, lambda stored: upgraded(stored) if stored.version == 1 else stored)


def _motif_told(motif: Motif | None) -> str:
    return "no motif" if motif is None else f"motifs of {motif.size}, {motif.links:,} links each"


def _check_types(connection: Connection, motif: Motif | None) -> None:
    """InputError unless a connection inside a layer of motifs keeps to the wiring and types of its motif."""
    if motif is None:
        return
    synapses, delay = connection.synapses, connection.delay
    if isinstance(synapses, BlockDiagonal):
        types = motif.intra
        if motif.delays is not None and motif.delays[0] != delay:
            raise InputError(
                f"connection {connection.name!r} has delay {delay}; links inside the motifs of its layer take "
                f"{motif.delays[0]} steps, so give that or change the motif."
            )
    elif isinstance(synapses, Banded):
        there = motif.directions_at(delay)
        types = motif.lateral[there, None]
        if motif.delays is not None and not there.size:
            raise InputError(
                f"connection {connection.name!r} has delay {delay}; links between the motifs of its layer take "
                f"{motif.delays[1:].tolist()} steps, so give one of these or change the motif."
            )
        if not np.array_equal(synapses.sources, neighbours(motif.wiring, synapses.pre_motifs)[there]):
            raise InputError(
                f"connection {connection.name!r} does not link the {motif.wiring} neighbours of its layer; "
                "take `sources` from search.motif.neighbours."
            )
    else:
        raise InputError(
            f"connection {connection.name!r} is {synapses.kind} inside layer {connection.target!r} of motifs; "
            "only block-diagonal and banded links are allowed, so store it so or drop the motif."
        )
    if (np.sign(synapses.weights) * (1 - np.abs(types)) != 0).any() or (synapses.weights * types < 0).any():
        raise InputError(
            f"connection {connection.name!r} has weights whose signs contradict the link types of its motif; "
            "excitatory links need weights >= 0, inhibitory <= 0, absent links 0."
        )


def _check_late(connection: Connection, motif: Motif | None) -> None:
    """InputError unless a connection into a layer whose neurons hear it late leads to those of its delay alone."""
    if motif is None or motif.late is None:
        return
    post, _, _ = connection.synapses.coordinates()
    wrong = np.flatnonzero(1 + motif.late[post % motif.size] != connection.delay)
    if wrong.size:
        place = int(post[wrong[0]]) % motif.size
        raise InputError(
            f"connection {connection.name!r} has delay {connection.delay} and leads to neuron {place} of a motif, "
            f"which hears what is before its layer after {1 + motif.late[place]} steps; give one connection per delay."
        )
