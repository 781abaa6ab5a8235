"""Random programs with residuals are legal, and equal on every backend that is not slow."""

import numpy as np
import pytest

from targets.conformance.fuzz import Runner, fuzz, numbered_program
from targets.conformance.split_program import split_program
from targets.program.check import check
from targets.program.program import Program
from targets.runtime.backend import ready_backends, run
from tests.seeds import seeds

QUICK = [known.name for known in ready_backends() if known.pace == "quick"]


def runner(name: str) -> Runner:
    return lambda program, inputs: run(program, inputs, name)


def split_of(seed: int) -> tuple[Program, Program]:
    case = numbered_program(seed, 0)
    return case[0], split_program(case, np.random.default_rng(seed))[0]


@pytest.mark.parametrize("seed", seeds(40, 8))
def test_each_projection_has_its_wiring_in_one_or_two_parts(seed: int) -> None:
    plain, program = split_of(seed)
    assert check(program) == ()
    named = {each.name: each for each in program.projections}
    for each in plain.projections:
        first, second = named[each.name], named.get(f"{each.name} residual")
        assert second is None or (second.exponent, second.delay) == (-1, first.delay)
        assert first.synapses.shape == each.synapses.shape


def test_most_programs_have_residuals_whose_exponent_is_below_0() -> None:
    counts = [len(program.projections) - len(plain.projections) for plain, program in map(split_of, range(20))]
    assert sum(count > 0 for count in counts) >= 15


@pytest.mark.slow
def test_all_quick_backends_agree() -> None:
    report = fuzz(60, 5, {name: runner(name) for name in QUICK}, residuals=True)
    assert report.equal, report.sentence()
    assert report.spikes > 1000


@pytest.mark.slow
@pytest.mark.parametrize("name", [known.name for known in ready_backends() if known.pace == "slow"])
def test_slow_backends_agree_on_few(name: str) -> None:
    report = fuzz(3, 7, {each: runner(each) for each in ("numpy", name)}, residuals=True, shrink_runs=5)
    assert report.equal, report.sentence()
    assert report.spikes > 0


def test_two_backends_agree() -> None:
    report = fuzz(10, 6, {name: runner(name) for name in ("numpy", "numba")}, residuals=True)
    assert report.equal, report.sentence()
