"""flatten: from nodes and edges to paths, seen through read_nir."""

import numpy as np
import pytest

from compiler.frontends.nir.read import read_nir
from tests.compiler.frontends.nir.graphs import BIAS, DT, FORWARD, WEIGHTS, cuba, graph, nir, read, refused


def test_a_map_that_two_neurons_hear_is_told_apart_by_its_ends() -> None:
    edges = [("input", "fc"), ("fc", "a"), ("fc", "b"), ("a", "output"), ("b", "output")]
    found = read(graph(edges, fc=nir.Linear(WEIGHTS), a=cuba(), b=cuba()))
    assert [projection.name for projection in found.projections] == ["input -> fc -> a", "input -> fc -> b"]


def test_without_a_bias_a_map_may_hear_two_nodes() -> None:
    found = read(graph([*FORWARD, ("lif", "fc")], fc=nir.Linear(WEIGHTS), lif=cuba()))
    assert [(projection.name, projection.delay) for projection in found.projections] == [
        ("input -> fc -> lif", 0),
        ("lif -> fc -> lif", 1),
    ]


def test_a_bias_added_to_a_sum_is_there_once() -> None:
    """y = W (x + s) + b: both ways have W, one of them b."""
    graph_of_sum = graph([*FORWARD, ("lif", "fc")], fc=nir.Affine(WEIGHTS, BIAS), lif=cuba())
    first, second = read_nir(graph_of_sum, dt=DT).projections
    np.testing.assert_allclose(first.synapses.weights, 0.75 * WEIGHTS)
    np.testing.assert_allclose(second.synapses.weights, 0.75 * WEIGHTS)
    assert first.bias is not None
    np.testing.assert_allclose(first.bias, 0.75 * BIAS)
    assert second.bias is None


@pytest.mark.parametrize(
    ("edges", "sentence"),
    [
        (
            [*FORWARD, ("fc", "nose")],
            "edge 'fc' -> 'nose' must join two of the nodes ['fc', 'input', 'lif', 'loop', 'output', 'wide'], "
            "not come from an Output and not go to an Input; correct the edge.",
        ),
        (
            [*FORWARD, ("lif", "input")],
            "edge 'lif' -> 'input' must join two of the nodes ['fc', 'input', 'lif', 'loop', 'output', 'wide'], "
            "not come from an Output and not go to an Input; correct the edge.",
        ),
        ([*FORWARD, ("fc", "lif")], "edge 'fc' -> 'lif' is there twice; remove one."),
        (
            [*FORWARD, ("input", "wide"), ("wide", "lif")],
            "edge 'input' -> 'wide' joins 2 outputs to 3 inputs; both must be equal, so correct the shape of one node.",
        ),
        (
            [*FORWARD, ("fc", "output")],
            "output 'output' is what Linear 'fc' computes; only spikes can be recorded, "
            "so end the graph with a neuron.",
        ),
        (
            [*FORWARD, ("fc", "loop"), ("loop", "fc")],
            "nodes ['fc', 'loop'] form a cycle without a neuron; put a neuron into it.",
        ),
        (
            [*FORWARD, ("lif", "loop")],
            "node 'loop' has no edge into it or none out of it; join it or remove it.",
        ),
    ],
)
def test_edges_that_do_not_fit_are_refused(edges: list[tuple[str, str]], sentence: str) -> None:
    nodes = {"fc": nir.Linear(WEIGHTS), "lif": cuba(), "loop": nir.Linear(WEIGHTS), "wide": nir.Linear(np.ones((2, 3)))}
    assert refused(graph(edges, **nodes)) == sentence
