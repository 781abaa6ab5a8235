"""interpret: a FloatGraph in float64."""

import numpy as np

from compiler.frontends.network import lower
from compiler.interpret import interpret
from compiler.ir import FloatGraph, FloatPopulation, FloatProjection
from search.network import Connection, Layer, Network
from targets.ports import Input
from targets.raster import SpikeRaster
from targets.semantics import Semantics
from targets.synapses import Dense
from tests.networks import random_network, random_spikes


def one_neuron(threshold: float = 1.0, bias: float = 0.0, delay: int = 1) -> FloatGraph:
    population = FloatPopulation("n", 1, np.array([2.0]), np.array([4.0]), np.array([threshold]), np.array([bias]))
    projection = FloatProjection("w", "x", "n", Dense(np.array([[0.5]])), delay)
    return FloatGraph((Input("x", 1),), (population,), (projection,), None, 8, "")


def pulses(*times: int, steps: int = 8) -> dict[str, SpikeRaster]:
    dense = np.zeros((1, steps, 1), dtype=bool)
    dense[0, list(times)] = True
    return {"x": SpikeRaster.pack(dense)}


def times(spikes: dict[str, SpikeRaster]) -> list[int]:
    return np.flatnonzero(spikes["n"].dense()[0, :, 0]).tolist()


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


def test_delay_and_bias() -> None:
    assert times(interpret(one_neuron(threshold=0.49, delay=3), pulses(0))) == [3]
    # bias .5 alone: v = .5, .875, 1.15625 -> spike at 2, then again three steps later.
    assert times(interpret(one_neuron(bias=0.5), pulses())) == [2, 5]


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
