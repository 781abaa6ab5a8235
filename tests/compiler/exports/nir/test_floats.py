"""The integers of a program are in its floats, and where nothing is rounded the spikes are too."""

from dataclasses import replace

import numpy as np
import pytest

from compiler.analysis.interpret import interpret
from compiler.exports.nir.floats import floats_of, scale_of
from targets.program.program import Program
from targets.runtime.backend import run
from tests.strategies import random_program


@pytest.mark.parametrize("seed", range(12))
def test_integers_are_found_again(seed: int) -> None:
    program, _ = random_program(np.random.default_rng(seed))
    floats, one = floats_of(program), program.chip.arithmetic.decay_one
    for each in program.populations:
        found, scale = floats.population(each.name), scale_of(each, program)
        assert np.array_equal(np.rint(one / found.tau_s) - 1, each.du)
        assert np.array_equal(np.rint(one / found.tau_m), each.dv)
        assert np.array_equal(np.rint(found.bias / scale), each.bias)
        assert np.array_equal(np.floor(1 / scale), each.vth.astype(np.int64) << program.chip.arithmetic.align_bits)
    for edge, found_of in zip(program.projections, floats.projections, strict=True):
        scale = scale_of(program.population(edge.target), program)[edge.synapses.row_of()]
        step = 2.0 ** (edge.exponent + program.chip.arithmetic.align_bits)
        assert np.array_equal(np.rint(found_of.synapses.weights / scale / step), edge.synapses.weights)


@pytest.mark.parametrize("seed", range(12))
def test_spikes_are_equal_where_no_register_rounds_or_ends(seed: int) -> None:
    program, spikes = random_program(np.random.default_rng(seed))
    found = interpret(floats_of(exact := _exact(program)), spikes)
    for name, raster in run(exact, spikes, "numpy").spikes.items():
        assert np.array_equal(raster.dense(), found[name].dense()), name


def _exact(program: Program) -> Program:
    """The program with currents that last a step, voltages that do not leak, and sums far from every end."""
    most = program.chip.decay_max.value
    populations = tuple(
        replace(
            each,
            du=np.full(each.neurons, most, np.int32),
            dv=np.zeros(each.neurons, np.int32),
            bias=each.bias % 64,
            vth=each.vth % 256,
        )
        for each in program.populations
    )
    projections = tuple(replace(each, exponent=0) for each in program.projections)
    return replace(program, populations=populations, projections=projections)
