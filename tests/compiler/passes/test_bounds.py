"""bounds: no input drives a register further than what was proven."""

from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest

from compiler.ir.graph import IntGraph
from compiler.passes.bounds import Bounds, bounds
from targets.backends.numpy import arriving
from targets.conformance.random_program import random_program
from targets.contracts.arithmetic import Arithmetic
from targets.contracts.arrays import Array
from targets.contracts.chip import chip_named
from targets.contracts.ports import Input
from targets.contracts.raster import SpikeRaster
from targets.contracts.synapses import Dense
from targets.program.program import IntPopulation, IntProjection, Program
from targets.runtime.backend import run
from targets.runtime.recording import Probe
from tests.seeds import seeds

LAVA = Arithmetic(24, 12, 6)

RUNS = 10_000
"""Random runs: programs times samples."""


def graph_of(program: Program) -> IntGraph:
    return IntGraph(program.inputs, program.populations, program.projections, program.readout, program.steps, "")


def one_neuron(
    weights: list[int], du: int = 4095, dv: int = 4095, vth: int = 100, bias: int = 0, exponent: int = 0
) -> IntGraph:
    one = np.ones(1, int)
    population = IntPopulation("n", 1, du * one, dv * one, vth * one, bias * one)
    projection = IntProjection("w", "x", "n", Dense(np.array([weights])), exponent, 1)
    return IntGraph((Input("x", len(weights)),), (population,), (projection,), None, 9, "")


def reach(graph: IntGraph) -> list[tuple[int, int]]:
    (found,) = bounds(graph, LAVA)
    return [(int(low[0]), int(high[0])) for low, high in pairs(found)]


def pairs(found: Bounds) -> tuple[tuple[Array, Array], ...]:
    return ((found.a_low, found.a_high), (found.u_low, found.u_high), (found.v_low, found.v_high))


def test_bounds_computed_by_hand() -> None:
    # Without memory u is 64 a; the voltage keeps 1/4096 of at most its threshold: (6400 * 1) >> 12 = 1.
    assert reach(one_neuron([2, 4, -10])) == [(-10, 6), (-640, 384), (-640, 384)]
    assert reach(one_neuron([200, 100, -10])) == [(-10, 300), (-640, 19_200), (-640, 19_200 + 1)]
    # Half of u is kept: 384 + 192 + 96 + ... stops at 767, as floor(767 / 2) + 384 = 767.
    assert reach(one_neuron([2, 4, -10], du=2047)) == [(-10, 6), (-1279, 767), (-1279, 767)]
    # The bias moves v alone; the exponent shifts the sum, down as a floor.
    assert reach(one_neuron([2, 4, -10], bias=-50)) == [(-10, 6), (-640, 384), (-690, 334)]
    assert reach(one_neuron([2, 4, -10], exponent=3)) == [(-80, 48), (-5120, 3072), (-5121, 3072)]
    assert reach(one_neuron([2, 4, -10], exponent=-2)) == [(-3, 1), (-192, 64), (-192, 64)]
    # A bias of 1 alone: half of v is kept, and floor(1 / 2) + 1 = 1.
    assert reach(one_neuron([0], bias=1, dv=2048)) == [(0, 0), (0, 0), (1, 1)]


def test_synapses_of_one_source_and_one_delay_cancel() -> None:
    graph = one_neuron([2, 4])
    first = graph.projections[0]
    against = replace(first, name="v", synapses=Dense(np.array([[-1, -2]])), exponent=1)
    assert reach(replace(graph, projections=(first, against)))[0] == (0, 0)
    later = replace(against, delay=2)
    assert reach(replace(graph, projections=(first, later)))[0] == (-6, 6)


def test_parts_of_one_weight_cancel_where_the_shift_drops_no_bit() -> None:
    """A coarse 512 and a residual of -100 are 412, whatever spikes; with an odd residual the sum alone is shifted."""
    one = np.ones(1, int)
    population = IntPopulation("n", 1, 4095 * one, 4095 * one, 1000 * one, 0 * one)
    for fine, most, least in ((-200, 412, 0), (-201, 512, -101)):
        parts = [(np.array([[128]]), 2), (np.array([[fine]]), -1)]
        projections = tuple(
            IntProjection(f"w{number}", "x", "n", Dense(weights), exponent, 1)
            for number, (weights, exponent) in enumerate(parts)
        )
        (found,) = bounds(IntGraph((Input("x", 1),), (population,), projections, None, 9, ""), LAVA)
        assert (found.a_high.tolist(), found.a_low.tolist()) == ([most], [least])


def test_who_is_at_risk() -> None:
    most = (1 << 23) >> 6
    for weight, risk in ((most, [0]), (most - 64, []), (64 - most, []), (-most, [0])):
        one = one_neuron([0], vth=131_071)
        projection = replace(one.projections[0], synapses=Dense(np.array([[weight]])))
        (found,) = bounds(replace(one, projections=(projection,)), LAVA)
        assert found.saturates.tolist() == risk, weight
        assert found.wraps.tolist() == ([0] if weight == -most else []), weight
    (leaks,) = bounds(one_neuron([-2], dv=1, du=0), LAVA)
    assert (leaks.wraps.tolist(), leaks.saturates.tolist()) == (
        [],
        [0],
    )  # -2 << 6 in every step, kept for 4096 of u and 4096 of v
    (endless,) = bounds(one_neuron([2], dv=0, vth=100), LAVA)
    assert endless.saturates.tolist() == []  # without leak, but reset at 100
    (falling,) = bounds(one_neuron([-2], dv=0), LAVA)
    assert falling.saturates.tolist() == [0]
    assert falling.proof.a == (-2, 0)
    assert falling.proof.saturates.tolist() == [0]


def test_bounds_are_read_only() -> None:
    (found,) = bounds(one_neuron([2]), LAVA)
    assert not any(each.flags.writeable for pair in pairs(found) for each in pair)
    with pytest.raises(FrozenInstanceError):
        found.population = "m"  # type: ignore[misc]
    assert found != replace(found)


@pytest.mark.slow
@pytest.mark.parametrize("seed", seeds(50, 8))
def test_bounds_are_never_contradicted(seed: int) -> None:
    """Over all seeds RUNS samples, at rates from rare to always; u after each step, v before its reset."""
    rng = np.random.default_rng(seed)
    programs, samples = 10, RUNS // 50 // 10
    for _ in range(programs):
        program, given = random_program(rng)
        steps = max(10, program.steps // 2)
        rates = rng.choice([0.02, 0.3, 0.8, 1.0], (samples, 1, 1))
        inputs = {
            source.name: SpikeRaster.pack(rng.random((samples, steps, source.neurons)) < rates)
            for source in program.inputs
        }
        assert given.keys() == inputs.keys()
        probes = [Probe(p.name, np.arange(p.neurons, dtype=np.int32)) for p in program.populations]
        recording = run(program, inputs, probes=probes)
        spikes = {name: raster.dense().astype(bool) for name, raster in {**recording.spikes, **inputs}.items()}
        for population, found in zip(program.populations, bounds(graph_of(program), LAVA), strict=True):
            a = sum(
                (_delayed(p, spikes[p.source]) for p in program.projections if p.target == population.name),
                np.zeros((samples, steps, population.neurons), np.int64),
            )
            assert (found.a_low <= a).all()
            assert (a <= found.a_high).all()
            steady = np.setdiff1d(np.arange(population.neurons), found.wraps)
            safe = np.setdiff1d(steady, found.saturates)
            trace = recording.traces[population.name]
            u, v = trace.u.astype(np.int64), trace.v.astype(np.int64)
            assert (found.u_low[steady] <= u[:, :, steady]).all()
            assert (u[:, :, steady] <= found.u_high[steady]).all()
            before = np.concatenate([np.zeros_like(v[:, :1]), v[:, :-1]], axis=1)
            kept = before * (4096 - population.dv.astype(np.int64))
            raw = np.sign(kept) * (np.abs(kept) >> 12) + u + population.bias
            assert (found.v_low[safe] <= raw[:, :, safe]).all()
            assert (raw[:, :, safe] <= found.v_high[safe]).all()
            quiet = ~spikes[population.name]
            assert (raw[:, :, safe] == v[:, :, safe])[quiet[:, :, safe]].all()  # nothing was clipped


def _delayed(projection: IntProjection, spikes: Array) -> Array:
    """What arrives through a projection in every step: int64 [sample, time, post]."""
    samples, steps, width = spikes.shape
    late = np.concatenate([np.zeros((samples, projection.delay, width), bool), spikes], axis=1)[:, :steps]
    return arriving(projection, late.reshape(-1, width)).reshape(samples, steps, -1).astype(np.int64)


@pytest.mark.parametrize("seed", seeds(40, 8))
def test_for_every_bound_on_a_there_is_an_input_that_reaches_it(seed: int) -> None:
    """The sources of a neuron with positive (negative) weight spike, each so early that all arrive together."""
    program, _ = random_program(np.random.default_rng(seed))
    for population, found in zip(program.populations, bounds(graph_of(program), LAVA), strict=True):
        incoming = [p for p in program.projections if p.target == population.name]
        for sign, reached in ((1, found.a_high), (-1, found.a_low)):
            for neuron in range(population.neurons):
                spiking: dict[tuple[str, int], Array] = {}
                for p in incoming:
                    row = np.zeros(p.synapses.shape[1], np.int64)
                    post, pre, weight = p.synapses.coordinates()
                    np.add.at(row, pre[post == neuron], weight[post == neuron] << max(p.exponent, 0))
                    # A shift down is taken of its own sum, so such a projection is looked at by itself.
                    key = (p.source, p.delay) if p.exponent >= 0 else (p.name, -1)
                    spiking[key] = spiking.get(key, 0) + row
                a = sum(
                    int(arriving(p, (sign * spiking[key] > 0)[None])[0, neuron])
                    for p in incoming
                    for key in [(p.source, p.delay) if p.exponent >= 0 else (p.name, -1)]
                )
                assert abs(a - reached[neuron]) <= 0.01 * abs(reached[neuron])


@pytest.mark.slow
@pytest.mark.parametrize("seed", seeds(40, 8))
def test_inputs_alone_reach_the_bounds_on_a_and_u_in_a_run(seed: int) -> None:
    """A neuron that hears inputs only: constant spikes of one sign bring a at once and u in the end to its bound."""
    rng = np.random.default_rng(seed)
    neurons, width = 6, 20
    ones = np.ones(neurons, np.int32)
    weights = 2 * rng.integers(-20, 20, (neurons, width))
    population = IntPopulation(
        "n", 1, rng.integers(400, 4096, neurons, dtype=np.int32), 4095 * ones, 131_071 * ones, 0 * ones
    )
    projection = IntProjection("w", "x", "n", Dense(weights), int(rng.integers(0, 2)), 1)
    program = Program(chip_named("loihi2"), (Input("x", width),), (population,), (projection,), (), (), None, 300)
    (found,) = bounds(graph_of(program), LAVA)
    assert found.wraps.size == 0
    for sign, a, u in ((1, found.a_high, found.u_high), (-1, found.a_low, found.u_low)):
        constant = np.repeat((sign * weights > 0)[:, None], 300, axis=1)  # one sample for each neuron
        trace = run(
            program, {"x": SpikeRaster.pack(constant)}, probes=[Probe("n", np.arange(neurons, dtype=np.int32))]
        ).traces["n"]
        own = trace.u[range(neurons), :, range(neurons)]
        assert own[:, 1].tolist() == (a << 6).tolist()
        assert own[:, -1].tolist() == u.tolist()


def test_sums_beyond_64_bits_of_a_product_stay_sound() -> None:
    (found,) = bounds(one_neuron([254] * 2000, du=0, dv=1, exponent=7), LAVA)
    assert (found.wraps.tolist(), found.saturates.tolist()) == ([0], [0])
    assert found.a_high.tolist() == [254 * 2000 << 7]
    assert (found.u_high > 1 << 40).all()
    assert (found.v_high > 1 << 40).all()
