"""read_nir: tiny graphs built by nir itself, every number readable."""

import sys

import numpy as np
import pytest

from compiler.frontends.nir.read import read_nir
from tests.compiler.frontends.nir.graphs import (
    BIAS,
    DT,
    FORWARD,
    WEIGHTS,
    cuba,
    graph,
    nir,
    recurrent,
    refused,
    with_lif,
)


def test_the_gains_are_in_the_weights_and_in_the_bias() -> None:
    read = read_nir(graph(FORWARD, fc=nir.Affine(WEIGHTS, BIAS), lif=cuba(v_leak=0.2)), dt=DT, steps=7)
    (population,), (projection,) = read.populations, read.projections
    assert (population.name, projection.name, projection.delay, read.steps) == ("lif", "fc", 0, 7)
    assert (projection.source, projection.target) == ("input", "lif")
    np.testing.assert_allclose(population.tau_s, [2, 2])
    np.testing.assert_allclose(population.tau_m, [4, 4])
    np.testing.assert_allclose(population.bias, [0.05, 0.05])
    np.testing.assert_allclose(projection.synapses.weights, 0.75 * WEIGHTS)
    assert projection.bias is not None
    np.testing.assert_allclose(projection.bias, 0.75 * BIAS)


def test_the_origin_tells_content_and_time_step() -> None:
    origins = [
        read_nir(recurrent(), dt=DT).origin,
        read_nir(recurrent(), dt=DT / 2).origin,
        read_nir(graph(FORWARD, fc=nir.Linear(WEIGHTS), lif=cuba()), dt=DT).origin,
        read_nir(graph(FORWARD, fc=nir.Linear(2 * WEIGHTS), lif=cuba()), dt=DT).origin,
    ]
    assert len(set(origins)) == 4
    assert all(len(origin) == 64 for origin in origins)


def test_steps_are_at_least_one() -> None:
    for steps in (0, -5):
        assert refused(with_lif(), steps=steps) == (
            f"the number of steps of a graph is {steps}; 1 to 1,000,000,000 are allowed, so change it."
        )


def test_what_nobody_listens_to_is_a_warning() -> None:
    with pytest.warns(UserWarning, match="^the graph tells no time step; dt = 0.0001 s is taken, so give dt if "):
        read_nir(graph(FORWARD, fc=nir.Linear(WEIGHTS), lif=cuba()))


def test_a_graph_without_input_or_neurons_is_refused() -> None:
    ends = {"input": nir.Input({"input": np.array([2])}), "output": nir.Output({"output": np.array([2])})}
    for nodes, edges, sentence in (
        ({}, [], "the graph has no nodes; an Input, neurons and an Output are needed, so build it first."),
        (ends | {"lif": cuba()}, [], "the graph has 3 nodes and no edges; join them by some."),
        (
            ends,
            [("input", "output")],
            "the graph has 1 Inputs and 0 nodes of neurons; one of each is needed, so add it.",
        ),
        (
            {"lif": cuba(), "output": ends["output"]},
            [("lif", "output")],
            "the graph has 0 Inputs and 1 nodes of neurons; one of each is needed, so add it.",
        ),
    ):
        assert refused(nir.NIRGraph(nodes, edges, type_check=False)) == sentence


def test_a_missing_package_is_told_with_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    source = with_lif()
    monkeypatch.setitem(sys.modules, "nir", None)
    message = refused(source)
    assert message.startswith("reading NIR needs the package nir (")
    assert message.endswith('); install it with: pip install "motifc[nir]"')
