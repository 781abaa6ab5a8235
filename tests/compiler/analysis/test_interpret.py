"""interpret: a FloatGraph in float64."""

import tracemalloc

import numpy as np
import pytest

from compiler.analysis.interpret import interpret
from compiler.frontends.network import lower
from compiler.ir.graph import FloatGraph, FloatPopulation, FloatProjection
from search.network import Connection, Layer, Network
from targets.contracts.errors import InputError
from targets.contracts.ports import Input
from targets.contracts.raster import SpikeRaster
from targets.contracts.semantics import Semantics
from targets.contracts.synapses import Dense
from tests.networks import random_network, random_spikes


def neuron(name: str, threshold: float = 1.0, bias: float = 0.0) -> FloatPopulation:
    return FloatPopulation(name, 1, np.array([2.0]), np.array([4.0]), np.array([threshold]), np.array([bias]))


def synapse(source: str, target: str, weight: float, delay: int, bias: float | None = None) -> FloatProjection:
    always = None if bias is None else np.array([bias])
    return FloatProjection(f"{source}-{target}", source, target, Dense(np.array([[weight]])), delay, always)


def small(*parts: FloatPopulation | FloatProjection) -> FloatGraph:
    """A graph of these populations and projections behind the input "x" of one neuron."""
    populations = tuple(part for part in parts if isinstance(part, FloatPopulation))
    projections = tuple(part for part in parts if isinstance(part, FloatProjection))
    return FloatGraph((Input("x", 1),), populations, projections, None, 8, "")


def one_neuron(threshold: float = 1.0, bias: float = 0.0, delay: int = 1) -> FloatGraph:
    return small(neuron("n", threshold, bias), synapse("x", "n", 0.5, delay))


def pulses(*times: int, steps: int = 8) -> dict[str, SpikeRaster]:
    dense = np.zeros((1, steps, 1), dtype=bool)
    dense[0, list(times)] = True
    return {"x": SpikeRaster.pack(dense)}


def times(spikes: dict[str, SpikeRaster], name: str = "n") -> list[int]:
    return np.flatnonzero(spikes[name].dense()[0, :, 0]).tolist()


def test_a_hand_computed_trace() -> None:
    # One spike at 0 arrives at 1: u = .5 .25 .125 .0625, v = .5 .625 .59375 .5078125 at steps 1..4.
    assert times(interpret(one_neuron(threshold=0.6), pulses(0))) == [2]
    assert times(interpret(one_neuron(threshold=0.625), pulses(0))) == []  # strictly above
    assert times(interpret(one_neuron(threshold=0.625), pulses(0), Semantics(threshold=">="))) == [2]
    # After the spike at 2, v = 0 and u goes on: v = .125 at 3, .15625 at 4.
    assert times(interpret(one_neuron(threshold=0.49), pulses(0))) == [1]
    # Reset by subtraction leaves .5 - .49 = .01 at 1, so v = .2575 at 2.
    subtract = Semantics(reset="subtract")
    assert times(interpret(one_neuron(threshold=0.25), pulses(0), subtract)) == [1, 2, 3]


def test_an_observer_sees_current_and_voltage_before_the_reset() -> None:
    seen = []
    interpret(
        one_neuron(threshold=0.6),
        pulses(0, steps=4),
        observe=lambda name, t, u, v: seen.append((name, t, float(u[0, 0]), float(v[0, 0]))),
    )
    assert seen == [("n", 0, 0.0, 0.0), ("n", 1, 0.5, 0.5), ("n", 2, 0.25, 0.625), ("n", 3, 0.125, 0.125)]


def test_delay_and_bias() -> None:
    assert times(interpret(one_neuron(threshold=0.49, delay=3), pulses(0))) == [3]
    # bias .5 alone: v = .5, .875, 1.15625 -> spike at 2, then again three steps later.
    assert times(interpret(one_neuron(bias=0.5), pulses())) == [2, 5]


def test_reset_in_the_next_step() -> None:
    late = Semantics(reset_time="next step")
    # To zero: v = .5 at 1; .75 * .5 + .25 = .625 at 2, set to 0, so silent; then .125, .15625.
    assert times(interpret(one_neuron(threshold=0.2), pulses(0))) == [1, 2]
    assert times(interpret(one_neuron(threshold=0.2), pulses(0), late)) == [1]
    # By subtraction: v = .5 at 1; .625 - .25 = .375 at 2; .40625 - .25 = .15625 at 3.
    late = Semantics(reset="subtract", reset_time="next step")
    assert times(interpret(one_neuron(threshold=0.25), pulses(0), late)) == [1, 2]


def test_output_in_the_next_step_is_recorded_late_and_heard_as_always() -> None:
    graph = small(neuron("n", 0.6), neuron("after", 0.4), synapse("x", "n", 0.5, 1), synapse("n", "after", 0.5, 1))
    spikes = interpret(graph, pulses(0))
    assert (times(spikes), times(spikes, "after")) == ([2], [3])
    late = interpret(graph, pulses(0), Semantics(output="next step"))
    assert (times(late), times(late, "after")) == ([3], [4])
    assert times(interpret(graph, pulses(5), Semantics(output="next step"))) == []  # it fell off the end


def test_recurrence_in_the_same_step() -> None:
    early = Semantics(recurrence="same step")
    graph = small(neuron("n", 0.9), synapse("x", "n", 1.0, 0), synapse("n", "n", 0.5, 1))
    # As it arrives: u = 1, .5 + .5 = 1, 1, ... and v = u after each reset.
    assert times(interpret(graph, pulses(0))) == [0, 1, 2, 3, 4, 5, 6, 7]
    # A step early, then decayed: u = 1 + .5 | .75, v = .75 | .375, .5625 + .375 = .9375, spike, + .5 | .4375 ...
    assert times(interpret(graph, pulses(0), early)) == [0, 2]
    graph = small(neuron("n", 0.9), synapse("x", "n", 1.0, 0), synapse("n", "n", 0.5, 2))
    # v = 1, .5, .375 + .25 + .5 = 1.125, .375, .28125 + .6875 = .96875, .34375, .2578 + .6719 = .9297, ...
    assert times(interpret(graph, pulses(0))) == [0, 2, 4, 6]
    # v = 1, .5 (then u = .5 + .5), .375 + .5 = .875, .65625 + .25 = .90625, .125 (then u = .625), .09375 + .3125, ...
    assert times(interpret(graph, pulses(0), early)) == [0, 3]


def test_same_step_recurrence_leaves_other_projections_alone() -> None:
    loop = small(neuron("n", 0.4), neuron("m", 0.4), synapse("x", "n", 0.5, 1), synapse("n", "m", 0.5, 1))
    spikes = interpret(loop, pulses(0), Semantics(recurrence="same step"))
    assert (times(spikes), times(spikes, "m")) == ([1], [2])


def test_the_bias_of_a_projection_enters_the_current() -> None:
    # u = .25, .375, .4375, .46875, ...; v = .25, .5625, .859375, 1.11328, spike; .484, .855, 1.138, spike.
    for delay in (0, 2):
        assert times(interpret(small(neuron("n"), synapse("x", "n", 0.5, delay, 0.25)), pulses())) == [3, 6]


def test_the_first_bias_missing() -> None:
    missing = Semantics(first_bias="missing")
    # A population's: one step later (see test_delay_and_bias); a projection's: as late as its delay.
    assert times(interpret(one_neuron(bias=0.5), pulses(), missing)) == [3, 6]
    for delay, expected in ((0, [3, 6]), (1, [4, 7]), (2, [5])):
        graph = small(neuron("n"), synapse("x", "n", 0.5, delay, 0.25))
        assert times(interpret(graph, pulses(), missing)) == expected


def test_without_delay_a_spike_runs_through_in_one_step_in_whatever_order_it_is_told() -> None:
    parts = neuron("c"), neuron("a"), neuron("b")
    edges = synapse("b", "c", 2, 0), synapse("x", "a", 2, 0), synapse("a", "b", 2, 0), synapse("c", "a", -9, 1)
    spikes = interpret(small(*parts, *edges), pulses(3))
    assert list(spikes) == ["c", "a", "b"]
    assert [times(spikes, name)[:1] for name in "abc"] == [[3], [3], [3]]


def test_a_cycle_without_delay_is_refused() -> None:
    parts = neuron("a"), neuron("b"), neuron("c"), synapse("x", "a", 1, 0), synapse("c", "b", 1, 1)
    with pytest.raises(InputError) as error:
        interpret(small(*parts, synapse("a", "b", 1, 0), synapse("b", "a", 1, 0)), pulses(0))
    assert str(error.value) == (
        "the projections 'a' -> 'b' -> 'a' all have delay 0; a cycle needs at least one step of delay, so give it one."
    )
    with pytest.raises(InputError, match=r"^the projections 'c' -> 'c' all have delay 0"):
        interpret(small(*parts, synapse("c", "c", 1, 0)), pulses(0))


def test_samples_do_not_touch_each_other() -> None:
    graph = lower(random_network(0))
    raster = random_spikes(0, 11, samples=3)
    together = interpret(graph, {"touch": raster})
    for sample in range(3):
        alone = interpret(graph, {"touch": raster.take([sample])})
        for name, spikes in alone.items():
            np.testing.assert_array_equal(spikes.packed[0], together[name].packed[sample])


def test_the_gain_equals_filtering_the_spikes() -> None:
    """A synapse that filters spikes to a = (1 - 1/tau_s) a + s/tau_s and drives v by R/tau_m * w * a is the same."""
    rng = np.random.default_rng(5)
    tau_s, tau_m, resistance, weights = 3.0, 8.0, 6.0, rng.normal(0.2, 0.6, (4, 6))
    network = Network(
        (Input("x", 6),),
        (Layer.of("n", 4, tau_s=tau_s, tau_m=tau_m, resistance=resistance),),
        (Connection("w", "x", "n", Dense(weights)),),
    )
    raster = random_spikes(6, 6, samples=1, steps=200)
    mine = interpret(lower(network), {"x": raster})["n"].dense()[0]
    spikes = np.vstack([np.zeros((1, 6)), raster.dense()[0][:-1]])
    a, v, expected = np.zeros(6), np.zeros(4), []
    for s in spikes:
        a = (1 - 1 / tau_s) * a + s / tau_s
        v = (1 - 1 / tau_m) * v + resistance / tau_m * weights @ a
        expected.append(v > 1)
        v[v > 1] = 0
    assert mine.sum() > 20
    np.testing.assert_array_equal(mine, np.array(expected))


def test_a_bin_takes_a_few_bytes() -> None:
    given = {"x": SpikeRaster.pack(np.random.default_rng(0).random((1_000, 400, 1)) < 0.3)}
    graph = small(*(neuron(f"n{i}") for i in range(4)), *(synapse("x", f"n{i}", 0.5, 1) for i in range(4)))
    interpret(graph, {"x": given["x"].take(slice(1))})
    tracemalloc.start()
    interpret(graph, given)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * 4 * given["x"].bins
