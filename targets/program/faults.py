"""Faults: what is wrong with the machine that runs a program, kept in a file of its own beside the program.

A program holds what is programmed, and that alone is held to the limits of its chip. Its faults are an overlay:
`faulty` makes of both the integers with which the faulty machine works, which any backend runs.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from targets.contracts.arrays import Array
from targets.contracts.artefact import Artefact, check_readable
from targets.contracts.errors import InputError
from targets.contracts.fields import MOST_NEURONS, whole
from targets.contracts.provenance import TOLD
from targets.contracts.serial import pack, unpack
from targets.contracts.shown import brief, shown
from targets.contracts.synapses import with_weights
from targets.contracts.writing import write_text
from targets.program.program import IntPopulation, IntProjection, Program

_FORMAT, _VERSION = "motifc faults", 1
_LONGEST_FILE = 1 << 28
_FACTORS = (1e-3, 1e3)


@dataclass(frozen=True)
class NeuronFaults:
    """Of one population: neurons that never spike, and factors of all thresholds (none: all are as programmed)."""

    population: str
    dead: tuple[int, ...] = ()
    thresholds: tuple[float, ...] = ()


@dataclass(frozen=True)
class SynapseFaults:
    """Of one projection: weights that the memory holds instead of those programmed.

    at       places in the stored weights, counted through all axes with the last one fastest; rising
    weights  what the machine works with there
    """

    projection: str
    at: tuple[int, ...]
    weights: tuple[int, ...]


@dataclass(frozen=True)
class Faults:
    """All faults of a machine. `machine` tells the programs they belong to, `settings` how they were made."""

    machine: str
    neurons: tuple[NeuronFaults, ...] = ()
    synapses: tuple[SynapseFaults, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "settings", MappingProxyType(dict(self.settings)))
        for each in self.neurons:
            _rising(each.dead, f"dead neurons of population {brief(each.population)}")
            for factor in each.thresholds:
                if not _FACTORS[0] <= factor <= _FACTORS[1]:
                    raise InputError(
                        f"a threshold of population {brief(each.population)} is off by a factor of {factor:g}; "
                        f"{_FACTORS[0]:g} to {_FACTORS[1]:g} is allowed, so change it."
                    )
        for given in self.synapses:
            _rising(given.at, f"faulty weights of projection {brief(given.projection)}")
            if len(given.at) != len(given.weights):
                raise InputError(
                    f"the faults of projection {brief(given.projection)} name {len(given.at):,} places and "
                    f"{len(given.weights):,} weights; one each is needed, so match them."
                )
        names = [each.population for each in self.neurons], [each.projection for each in self.synapses]
        for listed in names:
            if twice := sorted({name for name in listed if listed.count(name) > 1}):
                raise InputError(f"faults of {brief(twice[0])} are listed twice; list them once.")

    @property
    def digest(self) -> str:
        """SHA-256 of the faults; how they were made is left out."""
        return Artefact("faults", pack(self, without={"settings"})[0], {}).digest

    @property
    def counts(self) -> dict[str, int]:
        """How many "dead neurons", "thresholds" and "weights" are at fault."""
        return {
            "dead neurons": sum(len(each.dead) for each in self.neurons),
            "thresholds": sum(factor != 1 for each in self.neurons for factor in each.thresholds),
            "weights": sum(len(each.at) for each in self.synapses),
        }

    def save(self, path: str | os.PathLike[str]) -> str:
        """Write a JSON file in one step and return the digest."""
        header, _ = pack(self)
        write_text(path, json.dumps({"format": _FORMAT, "version": _VERSION, **header}) + "\n")
        return self.digest

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> "Faults":
        """Read what `save` or somebody else has written; InputError for anything but faults.

        The form: docs/repair.md and docs/faults.schema.json.
        """
        check_readable(path, "a JSON file of faults")
        stored = _json(Path(path))
        if not isinstance(stored, dict) or stored.get("format") != _FORMAT:
            raise InputError(f"{path} does not hold faults; give a file that motifc damage has written.")
        if stored.get("version") != _VERSION:
            raise InputError(
                f"{path} has version {brief(stored.get('version'))} of faults; this motifc reads {_VERSION}, so make "
                "them again."
            )
        try:
            return unpack(cls, {key: each for key, each in stored.items() if key not in ("format", "version")}, {})
        except InputError as error:
            raise InputError(f"in {path}, {error}") from None


def machine_of(program: Program) -> str:
    """What programs have in common that differ in thresholds and in the cores of their neurons alone: a SHA-256."""
    plain = tuple(replace(each, vth=np.zeros(each.neurons, np.int32), unit=None) for each in program.populations)
    common = replace(program, populations=plain, cores=(), proofs=())
    return Artefact("machine", *pack(common, without=TOLD)).digest


def faulty(program: Program, faults: Faults | None) -> Program:
    """The program of the integers with which the faulty machine works; the program itself without faults.

    ```
    dead neuron   no synapse into it and no bias
    threshold     vth <- round(vth * factor), at least 1 where it was above 0, at most what the register holds
    weight        the one that the memory holds
    ```
    InputError where the faults belong to another machine, and for a weight that the memory cannot hold. Proofs, which
    are of what is programmed, are left out.
    """
    if faults is None:
        return program
    if faults.machine != machine_of(program):
        raise InputError(
            f"the faults are those of machine {shown(faults.machine)[:12]} and the program is one of machine "
            f"{machine_of(program)[:12]}; give faults that were made for this program."
        )
    of_neurons, of_synapses = _known(program, faults)
    return replace(
        program,
        populations=tuple(
            _population(each, of_neurons[each.name], program.chip.threshold_max.value)
            if each.name in of_neurons
            else each
            for each in program.populations
        ),
        projections=tuple(
            _projection(each, of_synapses.get(each.name), of_neurons.get(each.target), program)
            for each in program.projections
        ),
        proofs=(),
    )


def _known(program: Program, faults: Faults) -> tuple[dict[str, NeuronFaults], dict[str, SynapseFaults]]:
    """The faults by population and by projection, once all of them are there."""
    neurons = {each.name: each.neurons for each in program.populations}
    weights = {each.name: each.synapses.weights.size for each in program.projections}
    for each in faults.neurons:
        _inside(each.population, each.dead, neurons, "population", "neuron")
        if each.thresholds and len(each.thresholds) != neurons[each.population]:
            raise InputError(
                f"the faults give {len(each.thresholds):,} factors for the {neurons[each.population]:,} thresholds of "
                f"population {brief(each.population)}; one per neuron is needed, so match them."
            )
    for given in faults.synapses:
        _inside(given.projection, given.at, weights, "projection", "weight")
    return {each.population: each for each in faults.neurons}, {each.projection: each for each in faults.synapses}


def _inside(name: str, at: tuple[int, ...], sizes: Mapping[str, int], kind: str, part: str) -> None:
    if name not in sizes:
        raise InputError(f"the faults name {kind} {brief(name)}; the program has {brief(sorted(sizes))}, so rename it.")
    if at and at[-1] >= sizes[name]:
        raise InputError(
            f"the faults name {part} {at[-1]:,} of {kind} {brief(name)}, which has 0..{sizes[name] - 1:,}; correct it."
        )


def _population(population: IntPopulation, faults: NeuronFaults, highest: int) -> IntPopulation:
    vth, bias = population.vth, population.bias.copy()
    if faults.thresholds and population.unit is None:
        scaled = np.rint(vth * np.array(faults.thresholds))
        vth = np.clip(scaled, np.minimum(vth, 1), np.maximum(vth, highest)).astype(np.int32)
    bias[list(faults.dead)] = 0
    return replace(population, vth=vth, bias=bias)


def _projection(
    projection: IntProjection, faults: SynapseFaults | None, target: NeuronFaults | None, program: Program
) -> IntProjection:
    if faults is None and (target is None or not target.dead):
        return projection
    weights = projection.synapses.weights.copy()
    if faults is not None:
        weights.flat[list(faults.at)] = _held(faults, program)
    if target is not None:
        weights = np.where(np.isin(projection.synapses.row_of(), target.dead), 0, weights)
    return replace(projection, synapses=with_weights(projection.synapses, weights.astype(np.int32)))


def _held(faults: SynapseFaults, program: Program) -> Array:
    """The faulty weights; InputError for one that the memory of the chip cannot hold."""
    chip, weights = program.chip, np.array(faults.weights, np.int64)
    low, high, step = chip.weight_min.value, chip.weight_max.value, chip.weight_step.value
    wrong = weights[(weights < low) | (weights > high) | (weights % step != 0)]
    if wrong.size:
        raise InputError(
            f"the faults of projection {brief(faults.projection)} have the weight {wrong[0]:,}; the memory of "
            f"{chip.name} holds multiples of {step} from {low:,} to {high:,}, so change it."
        )
    return weights


def _rising(at: tuple[int, ...], place: str) -> None:
    """InputError unless these are whole numbers from 0 on, each larger than the one before."""
    for number in at:
        whole(number, f"one of the {place}", MOST_NEURONS * MOST_NEURONS, least=0)
    if any(right <= left for left, right in pairwise(at)):
        raise InputError(f"the {place} are not in rising order, each once; sort them.")


def _json(path: Path) -> Any:
    try:
        if path.stat().st_size > _LONGEST_FILE:
            raise ValueError(f"it has more than {_LONGEST_FILE:,} bytes")
        return json.loads(path.read_bytes())
    except RecursionError:
        raise InputError(f"{path} is not readable JSON (too many brackets in one another); make it again.") from None
    except ValueError as error:
        raise InputError(f"{path} is not readable JSON ({shown(str(error))[:200]}); make it again.") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}); check its permissions.") from None
