"""replay: driven by its program's spikes a population does what it did, and what leaves its registers is counted."""

from dataclasses import replace

import numpy as np
import pytest

from compiler.frontends.network import lower
from compiler.pipeline import compile_graph
from targets.backends.numpy import NumpyMachine
from targets.conformance.fuzz import numbered_program
from targets.conformance.replay import Overflow, overflows, replay
from targets.contracts.arithmetic import Arithmetic
from targets.contracts.arrays import Array
from targets.contracts.chip import chip_named
from targets.contracts.ports import Input
from targets.contracts.raster import SpikeRaster
from targets.contracts.semantics import Semantics
from targets.contracts.synapses import Dense
from targets.program.program import Core, IntPopulation, IntProjection, Program
from targets.runtime.backend import run
from tests.networks import random_network, random_spikes
from tests.seeds import seeds

LAVA = Arithmetic(24, 12, 6)
LIMIT = 1 << 23


def dense(rasters: dict[str, SpikeRaster]) -> dict[str, Array]:
    return {name: raster.dense() > 0 for name, raster in rasters.items()}


def one_neuron(weight: int, exponent: int, vth: int = 1000, du: int = 0, dv: int = 0) -> Program:
    one = np.ones(1, np.int32)
    population = IntPopulation("n", 1, du * one, dv * one, vth * one, 0 * one)
    projection = IntProjection("w", "x", "n", Dense(np.array([[weight]], np.int32)), exponent, 1)
    core = Core(0, 0, {"n": np.zeros(1, np.int32)})
    return Program(chip_named("loihi2"), (Input("x", 1),), (population,), (projection,), (core,), ("n",), None, 40)


@pytest.mark.parametrize("seed", seeds(60, 12))
def test_each_population_replays_what_the_oracle_recorded(seed: int) -> None:
    """With every wrap and every saturation counted: without them the oracle's state would be another one."""
    program, spikes = numbered_program(11, seed)
    given = {name: raster.whole() for name, raster in spikes.items()}
    recording = NumpyMachine(program).run(given)
    saturated = NumpyMachine(program, Semantics(overflow="saturate")).run(given)
    wrapped = False
    for population in program.populations:
        into = [each for each in program.projections if each.target == population.name]
        found = replay(population, into, dense({**given, **recording.spikes}), LAVA)
        assert np.array_equal(found.spikes, recording.spikes[population.name].dense() > 0)
        assert found.voltages is None
        assert (found.u <= LIMIT) == (not found.wraps) or found.u == LIMIT
        wrapped |= found.wraps > 0
    assert wrapped or all(np.array_equal(recording.u[name], saturated.u[name]) for name in recording.u)


def test_wraps_and_saturations_by_hand() -> None:
    # a = 254 << 7 = 32,512, so u grows by 2,080,768 in each step: it passes 2^23 in the fifth and comes back below 0.
    program = one_neuron(254, 7, vth=131_071)
    spikes = {"x": SpikeRaster.pack(np.ones((1, 7, 1), bool))}
    recording = run(program, spikes)
    (found,) = overflows(program, spikes, recording.spikes)
    # u, with du = 0, keeps 4095 of 4096.
    u, v, wraps, saturations = 0, 0, 0, 0
    for t in range(7):
        u = (abs(u) * 4095 >> 12) * (1 if u >= 0 else -1) + (2_080_768 if t else 0)
        wraps += u > LIMIT or u <= -LIMIT
        u += -2 * LIMIT * (u > LIMIT) + 2 * LIMIT * (u <= -LIMIT)
        v = v + u
        saturations += abs(v) >= LIMIT
        v = 0 if max(min(v, LIMIT - 1), 1 - LIMIT) > 131_071 << 6 else max(min(v, LIMIT - 1), 1 - LIMIT)
    assert (found.bins, found.wraps, found.saturations) == (7, wraps, saturations)
    assert wraps == 1
    assert saturations > 0


def test_only_steps_that_count_are_counted() -> None:
    program = one_neuron(-256, 7)
    spikes = SpikeRaster.pack(np.ones((2, 12, 1), bool), lengths=np.array([2, 12]))
    recording = run(program, spikes)
    (found,) = overflows(program, {"x": spikes}, recording.spikes)
    assert found.bins == 14
    whole = replace(spikes, lengths=np.array([12, 12]))
    (more,) = overflows(program, {"x": whole}, run(program, whole).spikes)
    assert 0 < found.wraps + found.saturations < more.wraps + more.saturations


def test_late_populations_and_biases_are_replayed_in_the_time_of_the_program() -> None:
    """Of a graph with delays of 0 and biases that ride with projections; the oracle never leaves a register there."""
    graph = lower(random_network(2))
    instant = replace(
        graph,
        projections=tuple(
            replace(each, delay=0, bias=np.full(each.synapses.shape[0], 0.01)) if each.name == "input" else each
            for each in graph.projections
        ),
    )
    program = compile_graph(instant)
    assert program.latest > 0
    spikes = random_spikes(3, 11)
    recording = run(program, spikes)
    found = overflows(program, {"touch": spikes}, recording.spikes)
    assert [each.population for each in found] == ["hidden", "answer"]
    assert all(each.wraps == 0 for each in found)


def test_a_sentence_tells_both_counts() -> None:
    assert Overflow("n", 1000, 0, 1200).sentence == ("n, of 1,000 bins: u wrapped never, v saturated in 1,200 bins.")


@pytest.mark.parametrize("seed", range(3))
def test_resets_of_its_own_spikes_change_nothing(seed: int) -> None:
    program, spikes = numbered_program(11, seed)
    given = {name: raster.whole() for name, raster in spikes.items()}
    recording = dense({**given, **NumpyMachine(program).run(given).spikes})
    for population in program.populations:
        into = [each for each in program.projections if each.target == population.name]
        free = replay(population, into, recording, LAVA, voltages=True)
        forced = replay(population, into, recording, LAVA, voltages=True, resets=recording[population.name])
        assert np.array_equal(free.spikes, forced.spikes)
        assert free.voltages is not None
        assert forced.voltages is not None
        assert np.array_equal(free.voltages, forced.voltages)


def test_it_spikes_where_it_is_reset_and_nowhere_else() -> None:
    """20 units a step: v would pass its threshold of 50 in the third step, and is reset in the second and last."""
    population = one_neuron(20, 0, vth=50, du=4095).populations[0]
    edge = IntProjection("w", "x", "n", Dense(np.array([[20]], np.int32)), 0, 1)
    resets = np.array([False, True, False, False, False, True])[None, :, None]
    found = replay(population, [edge], {"x": np.ones((1, 6, 1), bool)}, LAVA, voltages=True, resets=resets)
    assert np.array_equal(found.spikes, resets)
    assert found.voltages is not None
    assert found.voltages.ravel().tolist() == pytest.approx([0, 0.4, 0.4, 0.8, 1.2, 1.6])
