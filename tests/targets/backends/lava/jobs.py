"""Programs that several tests of the Lava backend run."""

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from targets.contracts.chip import chip_named
from targets.contracts.ports import Input
from targets.program.program import Core, IntPopulation, IntProjection, Program


def population(name: str, neurons: int, **given: npt.ArrayLike) -> IntPopulation:
    """Neurons that forget their current at once, keep their voltage, and spike above 64 units, unless told."""
    numbers = {"du": 4095, "dv": 0, "vth": 1, "bias": 0} | given
    return IntPopulation(name, 1, *(np.full(neurons, numbers[key], np.int32) for key in ("du", "dv", "vth", "bias")))


def program(
    inputs: dict[str, int], populations: tuple[IntPopulation, ...], *projections: IntProjection, **settings: Any
) -> Program:
    """A program without placement: a simulator reads populations and projections only."""
    ports = tuple(Input(name, neurons) for name, neurons in inputs.items())
    return Program(
        chip_named("loihi2"), ports, populations, projections, (), (populations[-1].name,), None, 20, **settings
    )


def scattered(given: Program, cores: int, rng: np.random.Generator) -> Program:
    """The same program with its neurons dealt out to some of `cores` cores in any order, motifs torn apart."""
    owners = {p.name: rng.integers(0, cores, p.neurons) for p in given.populations}
    shuffled = {p.name: rng.permutation(p.neurons) for p in given.populations}
    held = [
        {name: shuffled[name][owner[shuffled[name]] == number] for name, owner in owners.items()}
        for number in range(cores)
    ]
    return replace(given, cores=tuple(Core(number, 0, members) for number, members in enumerate(held)))
