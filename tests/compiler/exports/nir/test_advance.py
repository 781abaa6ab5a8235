"""Populations act earlier, and do the same."""

from dataclasses import replace

import numpy as np
import pytest

from compiler.analysis.interpret import interpret
from compiler.exports.nir.advance import advance
from compiler.exports.nir.floats import floats_of
from compiler.frontends.network import lower
from compiler.ir.graph import FloatGraph
from compiler.passes.retime import retime
from targets.contracts.raster import SpikeRaster
from tests.networks import random_network, random_spikes, tiny_network
from tests.strategies import random_program


def _assert_same(graph: FloatGraph, spikes: dict[str, SpikeRaster]) -> None:
    advanced = advance(graph)
    before, after = interpret(graph, spikes), interpret(advanced.graph, spikes)
    for name, raster in after.items():
        late = advanced.shifts[name]
        assert np.array_equal(before[name].dense()[:, late:], raster.dense()[:, : raster.steps - late]), name
        assert not before[name].dense()[:, :late].any()


@pytest.mark.parametrize("seed", range(15))
def test_random_programs_do_the_same_earlier(seed: int) -> None:
    program, spikes = random_program(np.random.default_rng(seed))
    _assert_same(floats_of(program), spikes)


def test_what_a_bias_moves_stays() -> None:
    graph = lower(random_network(0))
    advanced = advance(graph)
    assert advanced.shifts == {"touch": 0, "hidden": 0, "answer": 1}
    _assert_same(graph, {"touch": random_spikes(1, 11)})


def test_a_chain_needs_no_delays() -> None:
    network = tiny_network()
    layers = tuple(replace(each, bias=np.zeros(each.neurons)) for each in network.layers)
    advanced = advance(lower(replace(network, layers=layers)))
    assert advanced.shifts == {"touch": 0, "hidden": 1, "answer": 2}
    assert {each.name: each.delay for each in advanced.graph.projections} == {
        "input": 0,
        "intra": 1,
        "lateral": 2,
        "output": 0,
    }


def test_it_undoes_retime() -> None:
    """Biases that ride with projections come back from "always on"."""
    network = lower(replace(tiny_network(), layers=tuple(replace(e, bias=0 * e.bias) for e in tiny_network().layers)))
    bias = {"input": np.array([0.1, 0.2, 0.0, 0.3]), "output": np.array([0.0, 0.25])}
    delays = {"input": 0, "output": 0}
    graph = replace(
        network,
        projections=tuple(
            replace(each, delay=delays.get(each.name, each.delay), bias=bias.get(each.name))
            for each in network.projections
        ),
    )
    retimed = retime(graph)
    assert any(each.invented for each in retimed.populations)
    advanced = advance(retimed).graph
    assert [each.name for each in advanced.populations] == [each.name for each in graph.populations]
    for found, meant in zip(advanced.projections, graph.projections, strict=True):
        assert (found.name, found.delay) == (meant.name, meant.delay)
        if meant.bias is not None:
            assert found.bias is not None
            assert np.array_equal(found.bias, meant.bias)


def test_a_bias_of_the_membrane_rides_where_u_forgets_at_once() -> None:
    network = tiny_network()
    layers = tuple(replace(each, tau_s=np.ones(each.neurons)) for each in network.layers)
    graph = lower(replace(network, layers=layers))
    advanced = advance(graph).graph
    assert not advanced.population("hidden").bias.any()
    assert [each.name for each in advanced.projections if each.bias is not None] == ["input"]
    _assert_same(graph, {"touch": random_spikes(1, 2)})
