"""Shapes: told by the node, by its neighbours, or by none."""

from typing import Any

import numpy as np
import pytest

from compiler.frontends.nir.nodes import Node
from compiler.frontends.nir.read import read_nir
from compiler.frontends.nir.shapes import Shapes, shapes_of
from compiler.frontends.nir.unnest import FlatGraph
from tests.compiler.frontends.nir.graphs import DT, FORWARD, WEIGHTS, chain, cuba, graph, nir, refused


def node(kind: str, **given: Any) -> Node:
    return Node(kind, given)


def test_one_value_takes_the_shape_of_the_neighbours() -> None:
    """Known at the Linear alone: forwards through the Threshold to the Output, backwards to the Input."""
    nodes = {
        "in": node("Input", shape=None),
        "scale": node("Scale", scale=2.0),
        "flat": node("Flatten", input_type=None),
        "fc": node("Linear", weight=np.ones((4, 6))),
        "spike": node("Threshold", threshold=[1.0]),
        "out": node("Output", shape=None),
        "alone": node("Threshold", threshold=1.0),
    }
    found = shapes_of(FlatGraph(nodes, chain("in", "scale", "flat", "fc", "spike", "out")))
    assert {name: (each.taken, each.given) for name, each in found.items() if name != "flat"} == {
        "in": ((6,), (6,)),
        "scale": ((6,), (6,)),
        "fc": ((6,), (4,)),
        "spike": ((4,), (4,)),
        "out": ((4,), (4,)),
        "alone": ((1,), (1,)),
    }
    assert found["flat"] == Shapes((6,), (6,))


def test_axes_of_size_one_make_no_difference() -> None:
    """As Rockpool writes them."""
    plain = graph(FORWARD, fc=nir.Linear(WEIGHTS), lif=cuba())
    axes = graph(FORWARD, fc=nir.Linear(WEIGHTS[None]), lif=cuba())
    axes.nodes["input"] = nir.Input({"input": np.array([1, 2])})
    axes.nodes["output"] = nir.Output({"output": np.array([1, 1, 2])})
    found, expected = read_nir(axes, dt=DT), read_nir(plain, dt=DT)
    np.testing.assert_array_equal(found.projections[0].synapses.weights, expected.projections[0].synapses.weights)
    assert (found.inputs, found.populations[0].neurons) == (expected.inputs, 2)


def test_a_flatten_counts_in_row_major_order() -> None:
    """An image of 2 x 3 neurons, every weight another: what arrives from [i, j] has weight 10 i + j."""
    weight = np.array([[0.0, 1, 2, 10, 11, 12]])
    one = nir.Threshold(np.array([1.0]))
    image = graph(
        chain("input", "cells", "flat", "fc", "lif", "output"),
        cells=nir.Threshold(np.ones((2, 3))),
        flat=nir.Flatten({"input": np.array([2, 3])}, start_dim=0),
        fc=nir.Linear(weight),
        lif=one,
    )
    image.nodes["input"] = nir.Input({"input": np.array([2, 3])})
    image.nodes["output"] = nir.Output({"output": np.array([1])})
    found = {each.name: each.synapses.weights for each in read_nir(image, dt=DT).projections}
    np.testing.assert_array_equal(found["fc"], weight)
    assert found["input -> cells"].shape == (6, 1, 1)


@pytest.mark.parametrize(
    ("shape", "sentence"),
    [
        ([2, 34], "edge 'input' -> 'fc' joins 68 outputs to 2 inputs; both must be equal, so correct the shape of "),
        ([2, 1.5], "node 'input' has the shape [2.0, 1.5]; whole numbers from 1 on are needed, whose "),
        ([0], "node 'input' has the shape [0.0]; whole numbers from 1 on are needed, whose "),
        ([], "node 'input' has the shape []; whole numbers from 1 on are needed, whose "),
    ],
)
def test_an_input_of_another_shape_is_refused(shape: list[float], sentence: str) -> None:
    image = graph(FORWARD, fc=nir.Linear(WEIGHTS), lif=cuba(), input=nir.Input({"input": np.array(shape)}))
    assert refused(image).startswith(sentence)


def test_two_shapes_of_one_size_need_a_flatten() -> None:
    image = graph(
        chain("input", "a", "b", "output"), a=nir.Threshold(np.ones((2, 3))), b=nir.Threshold(np.ones((3, 2)))
    )
    image.nodes["input"] = nir.Input({"input": np.array([2, 3])})
    image.nodes["output"] = nir.Output({"output": np.array([3, 2])})
    assert refused(image) == (
        "edge 'a' -> 'b' joins outputs of shape (2, 3) to inputs of shape (3, 2); both must be equal but for axes of "
        "size 1, so put a Flatten between them."
    )


def test_what_nothing_tells_is_refused() -> None:
    nameless = graph(chain("input", "lif", "output"), lif=nir.Threshold(np.array(1.0)))
    nameless.nodes["input"].input_type = nameless.nodes["output"].output_type = {"input": None}
    assert refused(nameless) == (
        "nothing tells how many signals Input 'input' has; give it or a node beside it a shape."
    )
