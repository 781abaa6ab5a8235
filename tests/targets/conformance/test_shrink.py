"""What shrinking leaves is legal, still fails, and cannot lose another part."""

from dataclasses import replace

import numpy as np
import pytest

from targets.backends.numpy import NumpyMachine
from targets.conformance.fuzz import numbered_program
from targets.conformance.random_program import Case
from targets.conformance.shrink import shrink
from targets.contracts.semantics import Semantics
from targets.program.check import check
from targets.runtime.backend import run


def wraps(case: Case) -> bool:
    """Whether some current leaves its 24 bits and is heard of later, as spikes or in the last u."""
    plain, saturated = run(*case), NumpyMachine(case[0], Semantics(overflow="saturate")).run(case[1])
    return any(not np.array_equal(plain.u[name], saturated.u[name]) for name in plain.u)


def test_shrinking_ends_in_time_and_writes_to_nothing() -> None:
    program, inputs = numbered_program(0, 5)
    digest, calls = program.digest, []

    def has_a_projection(case: Case) -> bool:
        calls.append(case[0])
        return len(case[0].projections) > 0

    shrink((program, inputs), has_a_projection, 7)
    assert len(calls) == 7
    shrunk, spikes = shrink((program, inputs), has_a_projection, 2000)
    assert len(calls) < 200
    assert program.digest == digest
    assert (len(shrunk.projections), shrunk.neurons, len(shrunk.cores), len(shrunk.inputs)) == (1, 1, 1, 1)
    only = shrunk.projections[0]
    assert (only.delay, only.exponent, only.synapses.weights.tolist()) == (1, 0, [[0]])
    assert [raster.dense().tolist() for raster in spikes.values()] == [[[[0]]]]
    assert check(shrunk) == ()


@pytest.mark.slow
def test_what_is_left_is_needed() -> None:
    """A wrap needs input beyond 2^23 in one step: of the shrunk program no projection can go, and it is legal."""
    case = next(case for number in range(50) if wraps(case := numbered_program(2, number)))
    program, inputs = shrink(case, wraps)
    assert wraps((program, inputs))
    assert check(program) == ()
    assert program.neurons <= 3
    assert 1 <= len(program.projections) <= 3
    for gone in program.projections:
        rest = tuple(projection for projection in program.projections if projection is not gone)
        assert not wraps((replace(program, projections=rest), inputs))


@pytest.mark.slow
def test_shrinking_is_deterministic() -> None:
    case = next(case for number in range(50) if wraps(case := numbered_program(2, number)))
    first, second = shrink(case, wraps, 100), shrink(case, wraps, 100)
    assert first[0].digest == second[0].digest
    assert {name: raster.packed.tolist() for name, raster in first[1].items()} == {
        name: raster.packed.tolist() for name, raster in second[1].items()
    }
