"""Every backend that is found gives the values worked out by hand, and what the oracle gives, bit for bit."""

import numpy as np
import pytest
from hypothesis import given, settings

from targets.conformance.suite import cases, faults
from targets.conformance.worked import ConformanceCase
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster
from targets.runtime.backend import about, backend_named, backend_names, run
from targets.runtime.registry import ORACLE
from tests.strategies import Case, chip_of, programs, random_program

LIMIT = 1 << 23

VARIANTS = [variant for name in backend_names() for variant in about(name).variants]
QUICK = [name for name in backend_names() if about(name).pace == "quick"]
COMPILES = {"c"}
"""Backends that call a compiler for every program."""


def is_slow(backend: str, number: int, case: ConformanceCase) -> bool:
    """True of what a slow backend runs but cases by hand in its first variant, and of nine in ten that are compiled."""
    if backend in COMPILES:
        return number % 10 > 0
    return backend.partition(":")[0] not in QUICK and (":" in backend or not case.by_hand)


@pytest.mark.parametrize(
    ("backend", "case"),
    [
        pytest.param(backend, case, marks=[pytest.mark.slow] if is_slow(backend, number, case) else [])
        for backend in VARIANTS
        for number, case in enumerate(cases(backend))
    ],
    ids=lambda value: value.name if isinstance(value, ConformanceCase) else value,
)
def test_case(backend: str, case: ConformanceCase) -> None:
    installed(backend)
    assert faults(case, backend) == ()


@pytest.mark.slow
@pytest.mark.parametrize("backend", QUICK)
def test_equals_the_oracle_on_programs_that_shrink(backend: str) -> None:
    installed(backend)

    @settings(max_examples=40, deadline=None, database=None)
    @given(drawn=programs())
    def equal(drawn: Case) -> None:
        program, inputs = drawn
        assert faults(ConformanceCase("drawn", program, (inputs,)), backend) == ()

    equal()


@pytest.mark.slow
@pytest.mark.parametrize("widths", [(20, 10, 4), (28, 16, 0), (28, 15, 12), (8, 2, 12)])
@pytest.mark.parametrize("backend", QUICK)
def test_other_widths_are_run_bit_for_bit_or_refused(backend: str, widths: tuple[int, int, int]) -> None:
    installed(backend)
    chip = chip_of(*widths)
    for seed in range(12):
        program, inputs = random_program(np.random.default_rng(seed), chip)
        found = faults(ConformanceCase(f"seed {seed}", program, (inputs,)), backend)
        if found and "raised InputError" in found[0]:
            pytest.skip(found[0])
        assert found == ()


@pytest.mark.slow
@pytest.mark.parametrize("backend", QUICK)
def test_samples_do_not_touch_each_other(backend: str) -> None:
    installed(backend)
    program = cases(ORACLE)[-1].program
    rng = np.random.default_rng(0)
    both = {x.name: SpikeRaster.pack(rng.random((2, 30, x.neurons)) < 0.5) for x in program.inputs}
    second = {name: raster.take([1]) for name, raster in both.items()}
    together, alone = run(program, both, backend), run(program, second, backend)
    assert sum(int(raster.counts().sum()) for raster in alone.spikes.values()) > 0
    for name, raster in together.spikes.items():
        assert np.array_equal(raster.dense()[1], alone.spikes[name].dense()[0])
        assert np.array_equal(together.u[name][1], alone.u[name][0])
        assert np.array_equal(together.v[name][1], alone.v[name][0])


def test_random_programs_are_not_silent() -> None:
    """The tests above compare thousands of spikes, currents that wrapped, and long delays."""
    drawn = [case for case in cases(ORACLE) if not case.by_hand]
    recordings = [run(case.program, case.sets[0]) for case in drawn]
    assert sum(int(raster.counts().sum()) for r in recordings for raster in r.spikes.values()) > 1000
    assert max(int(np.abs(u).max()) for r in recordings for u in r.u.values()) > LIMIT // 2
    projections = [projection for case in drawn for projection in case.program.projections]
    assert max(projection.delay for projection in projections) > 50
    assert {projection.synapses.kind for projection in projections} == {"dense", "block", "band", "sparse"}
    assert sum(bool(case.probes) for case in drawn) > 10


def installed(backend: str) -> None:
    """Skip where something the backend needs is missing."""
    try:
        backend_named(backend.partition(":")[0])
    except InputError as missing:
        pytest.skip(str(missing))
