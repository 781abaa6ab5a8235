"""Probes that ask for what is not there."""

import numpy as np
import pytest

from targets.contracts.chip import chip_named
from targets.contracts.errors import InputError
from targets.contracts.ports import Input
from targets.program.program import IntPopulation, Program
from targets.runtime.recording import Probe, checked_probes
from tests.strategies import random_program


@pytest.mark.parametrize(
    ("probes", "sentence"),
    [
        ([("q", [0])], "a probe asks for population 'q'; the program has p, so correct the name."),
        (
            [("p", [0, 2])],
            "a probe asks for neurons 0..2 of population 'p'; it has 2 (0..1), so correct the indices.",
        ),
        (
            [("p", [-1])],
            "a probe asks for neurons -1..-1 of population 'p'; it has 2 (0..1), so correct the indices.",
        ),
        ([("p", [0]), ("p", [1])], "population 'p' is probed twice; name all its neurons in one probe."),
    ],
)
def test_probe_of_what_is_not_there(probes: list[tuple[str, list[int]]], sentence: str) -> None:
    population = IntPopulation("p", 1, *(np.array([x, x]) for x in REGISTERS.values()))
    program = Program(chip_named("loihi2"), (Input("x", 1),), (population,), (), (), ("p",), None, 1)
    with pytest.raises(InputError) as error:
        checked_probes(program, [Probe(name, np.array(neurons)) for name, neurons in probes])
    assert str(error.value) == sentence


def test_probes_that_fit_come_back() -> None:
    program, _ = random_program(np.random.default_rng(0))
    probes = [Probe(p.name, np.array([p.neurons - 1, 0])) for p in program.populations]
    assert checked_probes(program, probes) == tuple(probes)
    nothing = Probe(program.populations[0].name, np.array([], dtype=np.int32))
    assert checked_probes(program, [nothing]) == (nothing,)


REGISTERS = {"du": 0, "dv": 4095, "vth": 131_071, "bias": 0}
