"""Graphs within a graph whose edges are written wrongly, as by older snnTorch and by Spyx."""

from typing import Any

import numpy as np
import pytest

from tests.compiler.frontends.nir.graphs import WEIGHTS, cuba, graph, nir, read, refused, told

BACK = np.array([[0.0, 1.0], [-1.0, 0.0]])


def nested(edges: list[tuple[str, str]], **others: Any) -> Any:
    """A recurrent layer of nodes called "lif1" and "lin", in a graph of its own with these edges."""
    nodes = {
        "input": nir.Input({"input": np.array([2])}),
        "lif1": cuba(),
        "lin": nir.Linear(BACK),
        "output": nir.Output({"output": np.array([2])}),
        **others,
    }
    inner = nir.NIRGraph(nodes, [], type_check=False)
    inner.edges = edges
    outer = [("input", "fc"), ("fc", "layer"), ("layer", "output")]
    return graph(outer, fc=nir.Linear(WEIGHTS), layer=inner)


RIGHT = [("input", "lif1"), ("lif1", "lin"), ("lin", "lif1"), ("lif1", "output")]


def ends(source: Any) -> list[tuple[str, str, int]]:
    return [(each.source, each.target, each.delay) for each in read(source).projections]


@pytest.mark.parametrize(
    ("edges", "sentence"),
    [
        (
            [("input", "lif"), ("lif", "w_rec"), ("w_rec", "lif"), ("lif", "output")],
            "edges of the graph 'layer' name no node of it; 'lif' as 'lif1' and 'w_rec' as 'lin' is the only one that "
            "can be meant.",
        ),
        (
            [("input", "lin"), ("lif1", "lin"), ("lin", "lif1"), ("lif1", "output")],
            "the Input of the graph 'layer' leads into its recurrent weights 'lin' alone, as Spyx writes it, and is "
            "read as leading into 'lif1'.",
        ),
    ],
)
def test_what_can_only_be_meant_in_one_way_is_read_so(edges: list[tuple[str, str]], sentence: str) -> None:
    assert told(nested(RIGHT)) == []
    assert told(nested(edges)) == [sentence]
    assert ends(nested(edges)) == ends(nested(RIGHT))
    assert read(nested(edges)).origin == read(nested(RIGHT)).origin


def test_names_that_may_mean_several_nodes_are_refused() -> None:
    edges = [("input", "lif"), ("lif", "w_rec"), ("w_rec", "lif"), ("lif", "output")]
    message = refused(nested(edges, lif2=cuba()))
    assert message.startswith("edge 'layer.input' -> 'layer.lif' must join two of the nodes ")
    assert refused(nested([("input", "neuron"), ("neuron", "output")])).startswith(
        "edge 'layer.input' -> 'layer.neuron'"
    )
