"""verify by several processes: verdicts of one, in the piece of the first difference too."""

import pytest

from compiler.pipeline import compile_network
from motifc.workers.verifying import spread_sides
from targets.conformance.inspection import Side
from targets.conformance.verification import SAMPLES, side, verify
from targets.program.program import Program
from targets.runtime.backend import bound_inputs, load
from tests.motifc.command_line import Motifc
from tests.motifc.workers.changed import changed
from tests.networks import random_network, random_spikes


def own() -> Program:
    return compile_network(random_network(0))


@pytest.mark.slow
def test_verdicts_are_the_same_for_one_and_two_workers() -> None:
    program = own()
    inputs = bound_inputs(program.inputs, random_spikes(0, 11, samples=2 * SAMPLES + 3))
    sides: list[tuple[Side, str]] = [
        (side(load(program)), "numpy"),
        (side(load(program, "numba")), "numba"),
        (side(load(changed(program)), "other"), "numpy"),
    ]
    left, *others = (each for each, _ in sides)
    one = verify(left, others, inputs)
    with spread_sides(sides, inputs, 2) as spread:
        two = verify(left, others, inputs, spread=spread)
    assert [verdict.as_dict() for verdict in one] == [verdict.as_dict() for verdict in two]
    assert [verdict.equal for verdict in one] == [True, False]


@pytest.mark.slow
def test_the_command_prints_the_same(motifc: Motifc) -> None:
    asked = ("verify", "net.program", "--backends", "numpy,numba", "--input", "spikes.npz")
    one, two = motifc(*asked), motifc(*asked, "--workers", "2")
    assert (one.status, one.out) == (two.status, two.out)
    assert motifc(*asked, "--workers", "0").err == (
        "motifc: --workers is 0; at least 1 is needed, so give a larger number.\n"
    )
