"""Nodes that importers know, called by names that they take."""

from dataclasses import replace

import numpy as np
import pytest

from compiler.exports.nir.nodes import DT, graph_in_nir
from compiler.frontends.network import lower
from compiler.ir.graph import FloatGraph
from targets.contracts.errors import InputError
from targets.contracts.ports import Input
from targets.contracts.synapses import Sparse
from tests.networks import tiny_network

nir = pytest.importorskip("nir", reason="nir is not installed")


def test_a_tiny_network() -> None:
    found = graph_in_nir(lower(tiny_network()), ("answer",), {"hidden": {"latency": 3}})
    assert {name: type(node).__name__ for name, node in found.nodes.items()} == {
        "input": "Input",
        "hidden": "CubaLIF",
        "answer": "CubaLIF",
        "input_to_hidden_after_1": "Linear",
        "input_to_hidden_after_1_delay": "Delay",
        "hidden_to_hidden_after_1": "Linear",
        "hidden_to_hidden_after_2": "Linear",
        "hidden_to_hidden_after_2_delay": "Delay",
        "hidden_to_answer_after_1": "Linear",
        "hidden_to_answer_after_1_delay": "Delay",
        "output": "Output",
    }
    hidden = found.nodes["hidden"]
    assert np.allclose(hidden.tau_mem, DT * np.array([4, 8, 4, 8]))
    assert np.allclose(hidden.r * DT / hidden.tau_mem, 1)
    assert np.allclose(hidden.w_in * DT / hidden.tau_syn, 1)
    assert hidden.v_threshold.tolist() == [1, 1, 1, 1]
    assert np.allclose(hidden.v_leak, [0, 0, 0, 8 * 0.125])
    assert hidden.metadata == {"name": "hidden", "latency": 3}
    assert found.nodes["hidden_to_hidden_after_2_delay"].delay.tolist() == [2 * DT] * 4
    assert found.nodes["hidden_to_answer_after_1"].metadata == {"projections": '["output"]'}


def _named(*names: str) -> FloatGraph:
    graph = lower(tiny_network())
    (source,), (hidden, answer), given = graph.inputs, graph.populations, graph.projections
    names_of = dict(zip((source.name, hidden.name, answer.name), names, strict=True))
    return replace(
        graph,
        inputs=(replace(source, name=names[0]),),
        populations=(replace(hidden, name=names[1]), replace(answer, name=names[2])),
        projections=tuple(replace(each, source=names_of[each.source], target=names_of[each.target]) for each in given),
        readout=None,
    )


def test_names_that_no_importer_takes() -> None:
    found = graph_in_nir(_named("x/y", "a/b.c", "a b c"), ("a b c", "a/b.c"), {})
    assert {"input", "a_b_c", "a_b_c_2", "output_a_b_c", "output_a_b_c_2"} <= set(found.nodes)
    assert found.nodes["a_b_c"].metadata["name"] == "a/b.c"
    odd = graph_in_nir(_named("x", "\0\0", "output"), ("output",), {})
    assert {"n___", "output", "output_2"} <= set(odd.nodes)
    assert odd.nodes["n___"].metadata["name"] == "\\x00\\x00"


def test_a_matrix_too_large_is_refused() -> None:
    graph = lower(tiny_network())
    many = Input("touch", 1 << 24)
    wide = Sparse(np.ones(1), np.zeros(1, np.int32), np.array([0, 1, 1, 1, 1]), 1 << 24)
    projections = tuple(replace(each, synapses=wide) if each.name == "input" else each for each in graph.projections)
    with pytest.raises(InputError, match=r"^projection 'input' joins 16,777,216 to 4 neurons, a matrix of 67,108,864 "):
        graph_in_nir(replace(graph, inputs=(many,), projections=projections), ("answer",), {})
