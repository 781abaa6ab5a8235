"""The oracle: what it adds up, and that pieces of time and samples change nothing under any semantics."""

from dataclasses import replace

import numpy as np
import pytest

from targets.backends.numpy import NumpyMachine, arriving
from targets.contracts.chip import chip_named
from targets.contracts.semantics import LAVA, SWITCHES, Semantics
from targets.contracts.synapses import Dense
from targets.program.program import IntProjection
from targets.runtime.machine import record
from targets.runtime.recording import Probe
from tests.strategies import chip_of, random_program
from tests.targets.mutants import mutant


def test_shift_of_the_sum_or_of_each_synapse() -> None:
    """Two weights of -3 >> 1: -3 on the sum, -2 each and so -4 by synapse."""
    projection = IntProjection("x-p", "x", "p", Dense(np.array([[-3, -3]])), -1, 1)
    spikes = np.ones((1, 2), dtype=bool)
    assert arriving(projection, spikes).tolist() == [[-3]]
    assert arriving(projection, spikes, Semantics(shift="synapse")).tolist() == [[-4]]


@pytest.mark.slow
@pytest.mark.parametrize("bins", [1, 300])
@pytest.mark.parametrize("switches", [(), *((switch,) for switch in SWITCHES), SWITCHES])
def test_pieces_of_time_and_samples_change_nothing(switches: tuple[str, ...], bins: int) -> None:
    """A spike on its way, a late record and a late reset are all handed over from piece to piece."""
    for seed in range(3):
        program, inputs = random_program(np.random.default_rng(seed))
        machine = NumpyMachine(program, LAVA.switched(switches))
        probes = [Probe(p.name, np.arange(p.neurons, dtype=np.int32)) for p in program.populations]
        whole, pieces, traced = machine.run(inputs), record(machine, inputs, bins=bins), machine.run(inputs, probes)
        for name, raster in whole.spikes.items():
            for other in (pieces, traced):
                assert np.array_equal(raster.packed, other.spikes[name].packed)
                assert np.array_equal(whole.u[name], other.u[name])
                assert np.array_equal(whole.v[name], other.v[name])


def test_states_are_values() -> None:
    """Advancing twice from one state gives the same, so that any step can be taken again."""
    program, inputs = random_program(np.random.default_rng(3))
    machine = NumpyMachine(program)
    given = {name: raster.dense() for name, raster in inputs.items()}
    start = machine.start(next(iter(inputs.values())).samples)
    (first, once), (second, again) = machine.advance(start, given), machine.advance(start, given)
    for name in once:
        assert np.array_equal(once[name], again[name])
        assert np.array_equal(first.v[name], second.v[name])
        assert not start.u[name].any()


@pytest.mark.slow
@pytest.mark.parametrize("widths", [(20, 10, 4), (28, 16, 0), (9, 3, 2)])
@pytest.mark.parametrize("switches", [(), SWITCHES])
def test_other_widths_give_the_loop_over_neurons(widths: tuple[int, int, int], switches: tuple[str, ...]) -> None:
    chip, different = chip_of(*widths), False
    for seed in range(8):
        program, inputs = random_program(np.random.default_rng(seed), chip)
        got = NumpyMachine(program, LAVA.switched(switches)).run(inputs)
        loop = mutant(*switches).run(program, inputs)
        lava = NumpyMachine(replace(program, chip=chip_named("loihi2")), LAVA.switched(switches)).run(inputs)
        for name, raster in loop.spikes.items():
            assert np.array_equal(got.spikes[name].packed, raster.packed)
            assert np.array_equal(got.u[name], loop.u[name])
            assert np.array_equal(got.v[name], loop.v[name])
            different |= not np.array_equal(got.v[name], lava.v[name])
    assert different
