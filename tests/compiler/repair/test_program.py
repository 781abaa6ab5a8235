"""Repair of programs: thresholds alone, legal, equal on every backend."""

from dataclasses import replace

import numpy as np
import pytest

from compiler.pipeline import compile_network
from compiler.repair.program import program_rates, proved, repair_program
from targets.contracts.damage import Damage
from targets.program.check import check
from targets.program.damage import program_faults
from targets.program.faults import faulty, machine_of
from targets.program.program import Program
from targets.program.usage import usage
from targets.runtime.backend import run
from tests.networks import random_network, random_spikes

INPUTS = {"touch": random_spikes(5, 11, samples=40)}


@pytest.fixture(scope="module")
def program() -> Program:
    return compile_network(random_network(2), "loihi2")


@pytest.mark.parametrize(("kind", "strength"), [("thresholds", 0.5), ("gains", 0.5), ("prune", 0.3)])
def test_rates_come_back_within_the_limits_of_the_chip(program: Program, kind: str, strength: float) -> None:
    own = program_rates(program, INPUTS)
    faults = program_faults(program, Damage(kind, strength, 1))
    repaired = repair_program(program, own, INPUTS, faults, backend="numba")
    before, after = (
        np.abs(program_rates(each, INPUTS, faults)["hidden"] - own["hidden"]).mean() for each in (program, repaired)
    )
    assert after < 0.6 * before
    assert check(repaired) == ()
    assert max(each.threshold_profiles for each in usage(repaired)) <= program.chip.threshold_profiles_per_core.value
    assert machine_of(repaired) == machine_of(program)
    assert [core.members.keys() for core in repaired.cores] == [core.members.keys() for core in program.cores]
    effective = faulty(repaired, faults)
    expected = run(effective, INPUTS).spikes
    for backend in ("numba", "torch", "onnx"):
        found = run(effective, INPUTS, backend).spikes
        assert all(np.array_equal(expected[name].packed, found[name].packed) for name in expected)


def test_a_healthy_program_stays_bit_for_bit(program: Program) -> None:
    assert repair_program(program, program_rates(program, INPUTS), INPUTS).digest == program.digest


def test_proofs_are_of_the_new_thresholds(program: Program) -> None:
    assert proved(program).proofs[0].v == program.proofs[0].v
    own = program_rates(program, INPUTS)
    repaired = repair_program(program, own, INPUTS, program_faults(program, Damage("gains", 0.4, 1)))
    assert len(repaired.proofs) == len(program.proofs)
    assert proved(repaired).proofs[0].v == repaired.proofs[0].v
    bare = replace(program, proofs=())
    assert proved(bare) is bare


def test_units_move_to_further_cores_only_where_asked(program: Program) -> None:
    own = program_rates(program, INPUTS)
    faults = program_faults(program, Damage("thresholds", 0.5, 1))
    stayed = repair_program(program, own, INPUTS, faults)
    moved = repair_program(program, own, INPUTS, faults, more_cores=3)
    assert len(stayed.cores) == len(program.cores) == 1
    assert len(moved.cores) == 4
    assert check(moved) == ()
    distances = [
        np.abs(program_rates(each, INPUTS, faults)["hidden"] - own["hidden"]).mean() for each in (stayed, moved)
    ]
    assert distances[1] < distances[0]


def test_rates_are_those_of_the_networks_own_time() -> None:
    network = random_network(2)
    program = compile_network(network, "loihi2")
    rates = program_rates(program, INPUTS)
    found = run(program, INPUTS).spikes
    assert rates["hidden"].tolist() == found["hidden"].rates().tolist()
    assert program_rates(program, INPUTS, backend="numba")["answer"].tolist() == rates["answer"].tolist()
