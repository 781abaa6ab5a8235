"""What only the c backend has: a compiler that may be missing, and a library that is unloaded."""

from dataclasses import replace

import numpy as np
import pytest

from targets.backends.c.machine import requirement
from targets.backends.c.toolchain import compiler
from targets.conformance.equivalence import compare
from targets.conformance.fuzz import numbered_program
from targets.contracts.errors import BackendError, InputError
from targets.runtime.backend import load, run

needs_a_compiler = pytest.mark.skipif(compiler() is None, reason="there is no C compiler")


def test_a_missing_compiler_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "no-such-compiler")
    with pytest.raises(InputError, match=r"^the c backend needs a C compiler; install gcc or clang"):
        load(numbered_program(0, 0)[0], "c")
    monkeypatch.delenv("CC")
    monkeypatch.setenv("PATH", "")
    assert requirement() is not None


def test_what_the_compiler_says_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "false")
    with pytest.raises(BackendError, match=r"^false refuses the program: "):
        load(numbered_program(0, 0)[0], "c")


@pytest.mark.slow
@needs_a_compiler
def test_two_programs_are_loaded_side_by_side_and_unloaded() -> None:
    loaded = [load(numbered_program(0, number)[0], "c") for number in (1, 2, 1)]
    for _ in range(2):
        for number, each in zip((1, 2, 1), loaded, strict=True):
            program, inputs = numbered_program(0, number)
            assert compare(run(program, inputs).spikes, each.run(inputs).spikes).equal
    for each in loaded:
        each.close()
        each.close()


@needs_a_compiler
@pytest.mark.slow
@pytest.mark.parametrize("exponent", [-40, -33, -1, 0, 29])
def test_sums_beyond_32_bits(exponent: int) -> None:
    """Rows of weights so large that only a custom chip has them, and shifts to the last bit."""
    program, inputs = numbered_program(0, 1)
    first = program.projections[0]
    shift = max(-31, exponent)
    weights = np.full_like(first.synapses.weights, (1 << 30) + 1)
    weights.ravel()[::3] *= -1
    changed = replace(first, synapses=replace(first.synapses, weights=weights), exponent=shift)
    other = replace(program, projections=(changed, *program.projections[1:]))
    oracle, mine = run(other, inputs), run(other, inputs, "c")
    assert compare(oracle.spikes, mine.spikes).equal
    assert all(np.array_equal(oracle.u[name], mine.u[name]) for name in oracle.u)


@needs_a_compiler
def test_decays_beyond_the_register_are_refused() -> None:
    program, _ = numbered_program(0, 1)
    first = program.populations[0]
    odd = replace(first, du=first.du * 0 + 4096)
    with pytest.raises(InputError, match=r"has du 4096\.\.4096; C runs 0\.\.4095, so compile the network again"):
        load(replace(program, populations=(odd, *program.populations[1:])), "c")
