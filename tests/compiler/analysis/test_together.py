"""round_together: roundings whose errors cancel on data."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from compiler.analysis import together
from compiler.analysis.calibration import calibrate
from compiler.analysis.reference import Reference, refer
from compiler.analysis.together import round_together
from compiler.frontends.network import lower
from compiler.ir.graph import FloatGraph, FloatPopulation, FloatProjection, IntGraph
from compiler.passes.fold import fold
from compiler.passes.quantize import quantize
from compiler.passes.retime import retime
from compiler.pipeline import compile_graph, compile_network
from targets.conformance.replay import replay
from targets.contracts.arrays import Array, Floats
from targets.contracts.chip import chip_named
from targets.contracts.ports import Input
from targets.contracts.raster import SpikeRaster
from targets.contracts.synapses import Dense, with_weights
from tests.networks import random_network, random_spikes
from tests.paddings import three_paddings

LOIHI2 = chip_named("loihi2")


def random_graph(seed: int) -> FloatGraph:
    return fold(retime(lower(random_network(seed))))


def both(graph: FloatGraph, inputs: dict[str, SpikeRaster]) -> tuple[IntGraph, IntGraph, Reference]:
    """Rounded one by one, and together."""
    measured, reference = calibrate(graph, inputs), refer(graph, inputs)
    return quantize(graph, LOIHI2, measured), quantize(graph, LOIHI2, measured, reference), reference


def errors(graph: IntGraph, name: str, reference: Reference) -> Floats:
    """Root mean square of what v is off near the threshold, driven and reset by the float spikes: [neuron]."""
    found = replay(
        graph.population(name),
        graph.into(name),
        reference.spikes,
        LOIHI2.arithmetic,
        voltages=True,
        resets=reference.spikes[name],
    ).voltages
    assert found is not None
    near = (np.abs(reference.v[name] - 1) < 0.2) & reference.counted[name][:, :, None]
    squares = np.square(found - reference.v[name]) * near
    return np.asarray(np.sqrt(squares.sum(axis=(0, 1)) / np.maximum(near.sum(axis=(0, 1)), 1)))


def steps_off(graph: FloatGraph, made: IntGraph) -> Array:
    """Of all weights, how many steps of the grid they are off."""
    off = []
    for exact, own in zip(graph.projections, made.projections, strict=True):
        vth = made.population(own.target).vth[own.synapses.row_of()]
        threshold = graph.population(own.target).threshold[own.synapses.row_of()]
        ideal = exact.synapses.weights / threshold * vth / 2.0**own.exponent
        off.append(np.abs(own.synapses.weights - ideal).ravel() / LOIHI2.weight_step.value)
    return np.concatenate(off)


@pytest.mark.parametrize("seed", range(2))
def test_voltages_near_the_threshold_are_off_less_on_other_samples_too(seed: int) -> None:
    graph = random_graph(seed)
    one, all_together, reference = both(graph, {"touch": random_spikes(seed, 11, samples=40)})
    other = refer(graph, {"touch": random_spikes(seed + 100, 11, samples=40)})
    for name in ("hidden", "answer"):
        for data in (reference, other):
            before, after = errors(one, name, data), errors(all_together, name, data)
            assert np.median(after) < 0.75 * np.median(before)
            assert np.sqrt(np.mean(np.square(after))) < 0.75 * np.sqrt(np.mean(np.square(before)))


@pytest.mark.parametrize("seed", range(3))
def test_no_neuron_is_worse_in_what_is_minimised(seed: int) -> None:
    graph = random_graph(seed)
    one, all_together, reference = both(graph, {"touch": random_spikes(seed, 11, samples=10)})
    for population in graph.populations:
        seen = together._Seen.of(population, one.into(population.name), reference)
        before, after = (
            seen.square(seen.off(made.population(population.name), made.into(population.name), LOIHI2))
            for made in (one, all_together)
        )
        assert (after <= before).all()
        assert after.sum() < 0.5 * before.sum()


@pytest.mark.parametrize("seed", range(3))
def test_only_the_integers_beside_a_weight_are_taken_and_no_synapse_comes_or_goes(seed: int) -> None:
    graph = random_graph(seed)
    one, all_together, _ = both(graph, {"touch": random_spikes(seed, 11, samples=10)})
    assert 0.5 < steps_off(graph, all_together).max() <= 1
    for before, after in zip(one.projections, all_together.projections, strict=True):
        assert np.array_equal(before.synapses.weights == 0, after.synapses.weights == 0)
        assert (np.sign(before.synapses.weights) == np.sign(after.synapses.weights)).all()
        assert before.exponent == after.exponent
    for old, new in zip(one.populations, all_together.populations, strict=True):
        assert np.array_equal(old.vth, new.vth)
        assert np.array_equal(old.du, new.du)
        assert np.array_equal(old.dv, new.dv)


@pytest.mark.parametrize("seed", range(20))
def test_moves_are_as_good_as_the_best_of_all_or_nearly(seed: int) -> None:
    rng = np.random.default_rng(seed)
    responses = rng.normal(1, 0.3, (30, 9)) * rng.choice([-1, 1], 9)
    square, linear = responses.T @ responses, responses.T @ rng.normal(0, 1, 30)
    costs = {
        moved: np.array(moved) @ square @ np.array(moved) + 2 * linear @ np.array(moved)
        for moved in product((0, 1), repeat=9)
    }
    found = costs[tuple(together._best(square, linear, 1e-9).astype(int).tolist())]
    assert found <= 0
    assert found <= sorted(costs.values())[5]


def test_products_are_the_same_in_whatever_order_bins_are_summed() -> None:
    rng = np.random.default_rng(0)
    columns = np.column_stack([rng.normal(0, scale, 2048) for scale in (1e-9, 1.0, 1e6)] + [np.zeros(2048)])
    found = together._products(columns)
    np.testing.assert_allclose(found, columns.T @ columns, rtol=1e-4, atol=1e-9)
    for seed in range(3):
        order = np.random.default_rng(seed).permutation(2048)
        assert np.array_equal(found, together._products(columns[order]))


def one_neuron(weights: list[float], tau_m: float = 10, threshold: float = 1, bias: float = 0) -> FloatGraph:
    one = np.ones(1)
    neuron = FloatPopulation("n", 1, 2 * one, tau_m * one, threshold * one, bias * one)
    into = FloatProjection("w", "x", "n", Dense(np.array([weights])), 1)
    return FloatGraph((Input("x", len(weights)),), (neuron,), (into,), None, 20, "")


def test_two_equal_sources_are_rounded_to_their_mean() -> None:
    """Each weight alone is 10.4 steps; as both sources spike in the same bins, 10 and 11 steps serve them better."""
    graph = one_neuron([10.4 / 127, 10.4 / 127, 1.0])
    spikes = np.random.default_rng(0).random((8, 20, 1)) < 0.3
    inputs = {"x": SpikeRaster.pack(np.concatenate([spikes, spikes, spikes & False], axis=2))}
    one, made, _ = both(graph, inputs)
    before, after = (each.projections[0].synapses.weights[0, :2].tolist() for each in (one, made))
    unit = one.population("n").vth[0] / 127 / 2.0 ** one.projections[0].exponent
    exact = 20.8 * unit
    assert abs(sum(after) - exact) <= abs(sum(before) - exact)


@pytest.mark.parametrize("samples", [1, 6])
def test_what_is_legal_already_and_what_forgets_stays(samples: int) -> None:
    inputs = {"x": SpikeRaster.pack(np.random.default_rng(1).random((samples, 20, 3)) < 0.4)}
    for graph in (one_neuron([0.5, -0.25, 1.0]), one_neuron([0.31, 0.7, 0.123], tau_m=1)):
        one, made, _ = both(graph, inputs)
        assert np.array_equal(one.projections[0].synapses.weights, made.projections[0].synapses.weights)
        assert np.array_equal(one.population("n").bias, made.population("n").bias)


def test_silence_and_a_single_step_are_no_obstacle() -> None:
    for spikes in (np.zeros((2, 20, 3), bool), np.ones((1, 1, 3), bool)):
        graph = one_neuron([0.31, -0.7, 0.123], bias=0.01)
        one, made, reference = both(graph, {"x": SpikeRaster.pack(spikes)})
        assert steps_off(graph, made).max() <= 1
        assert (errors(made, "n", reference) <= errors(one, "n", reference) + 1e-6).all()


def test_refractory_neurons_are_compared_where_they_do_not_rest() -> None:
    graph = random_graph(1)
    resting = replace(graph.populations[0], refractory=np.full(graph.populations[0].neurons, 3, np.int32))
    graph = replace(graph, populations=(resting, *graph.populations[1:]))
    one, made, reference = both(graph, {"touch": random_spikes(1, 11, samples=20)})
    assert np.median(errors(made, "hidden", reference)) < 0.7 * np.median(errors(one, "hidden", reference))


def test_the_same_program_whatever_is_padded_and_on_every_run() -> None:
    network = random_network(2)
    programs = [compile_network(network, calibration={"touch": raster}) for raster in three_paddings(3, 11).values()]
    assert len({program.digest for program in programs}) == 1
    assert programs[0].digest == compile_network(network, calibration={"touch": three_paddings(3, 11)["none"]}).digest


def test_nothing_is_changed_without_data_and_nothing_given_is_written_to() -> None:
    graph = random_graph(4)
    inputs = {"touch": random_spikes(4, 11)}
    measured, reference = calibrate(graph, inputs), refer(graph, inputs)
    one = quantize(graph, LOIHI2, measured)
    population, exact = graph.population("hidden"), graph.into("hidden")
    held = [each.synapses.weights.copy() for each in one.into("hidden")]
    own, edges = round_together(population, one.population("hidden"), exact, one.into("hidden"), reference, LOIHI2)
    assert any((new.synapses.weights != old).any() for new, old in zip(edges, held, strict=True))
    for each, before in zip(one.into("hidden"), held, strict=True):
        assert np.array_equal(each.synapses.weights, before)
    assert not own.bias.flags.writeable
    plain = compile_graph(graph)
    for each in quantize(graph, LOIHI2).projections:
        (same,) = [other for other in plain.projections if other.name == each.name]
        assert np.array_equal(same.synapses.weights, each.synapses.weights)


def test_many_weights_of_a_neuron_are_moved_no_more_than_a_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "_MOVED", 5)
    graph = random_graph(0)
    one, made, reference = both(graph, {"touch": random_spikes(0, 11, samples=20)})
    moved = np.zeros(24, int)
    for before, after in zip(one.into("hidden"), made.into("hidden"), strict=True):
        changed = np.where(before.synapses.weights != after.synapses.weights, 1.0, 0.0)
        np.add.at(moved, with_weights(before.synapses, changed).coordinates()[0], 1)
    assert 0 < moved.max() <= 5
    assert np.median(errors(made, "hidden", reference)) < np.median(errors(one, "hidden", reference))


@pytest.mark.parametrize("limit", ["_MOST_NEURONS", "_MOST_WEIGHTS"])
def test_large_populations_are_rounded_weight_by_weight(limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, limit, 23)
    graph = random_graph(0)
    one, made, _ = both(graph, {"touch": random_spikes(0, 11, samples=4)})
    for before, after in zip(one.into("hidden"), made.into("hidden"), strict=True):
        assert np.array_equal(before.synapses.weights, after.synapses.weights)
    assert np.array_equal(one.population("hidden").bias, made.population("hidden").bias)
