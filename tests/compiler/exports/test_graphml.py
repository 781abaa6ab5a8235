"""networkx opens both files and finds in them what the program has."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import networkx
import numpy as np
import pytest

from compiler.analysis.deployment import deployment
from compiler.exporting import export_program
from compiler.pipeline import compile_network
from targets.program.program import Core, Program
from targets.program.usage import usage
from targets.runtime.backend import run
from tests.networks import random_network, random_spikes


@pytest.fixture(scope="module")
def program() -> Program:
    """A program on three cores of two tiles, its motifs out of order."""
    cores = (
        Core(0, 0, {"hidden": np.r_[8:12, 0:4].astype(np.int32)}),
        Core(0, 0, {"hidden": np.r_[4:8, 12:24].astype(np.int32)}),
        Core(1, 2, {"answer": np.arange(3, dtype=np.int32)}),
    )
    return replace(compile_network(random_network(0)), cores=cores)


def test_networkx_opens_the_json(program: Program, tmp_path: Path) -> None:
    export_program(program, "json", tmp_path / "a.json")
    told = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert told == deployment(program)
    graph = networkx.node_link_graph(told, edges="edges")
    _assert_it_is(graph, program)
    places = [
        (each["name"], each["ranges"]) for _, node in graph.nodes(data=True) for each in node.get("populations", ())
    ]
    for population in program.populations:
        held = [range(first, last + 1) for name, runs in places if name == population.name for first, last in runs]
        assert sorted(number for numbers in held for number in numbers) == list(range(population.neurons))


def test_networkx_opens_the_graphml(program: Program, tmp_path: Path) -> None:
    export_program(program, "graphml", tmp_path / "a.graphml")
    graph = networkx.read_graphml(tmp_path / "a.graphml")
    _assert_it_is(graph, program)
    assert graph.graph["program"] == program.digest
    assert graph.graph["totals.neurons"] == program.neurons


def _assert_it_is(graph: Any, program: Program) -> None:
    cores = [name for name, node in graph.nodes(data=True) if node["kind"] == "core"]
    assert cores == [f"core {number}" for number in range(len(program.cores))]
    for name, core, held in zip(cores, program.cores, usage(program), strict=True):
        node = graph.nodes[name]
        assert (node["tile_x"], node["tile_y"]) == (core.x, core.y)
        assert (node["neurons"], node["synapses"], node["axons_in"]) == (held.neurons, held.synapses, held.axons_in)
    axons = {
        (int(a.split()[1]), int(b.split()[1])): edge["axons"]
        for a, b, edge in graph.edges(data=True)
        if edge["kind"] == "route"
    }
    assert axons == {(each.source, each.target): each.axons for each in program.routes if each.source >= 0}


def test_names_that_xml_cannot_hold_are_escaped(program: Program, tmp_path: Path) -> None:
    inputs = (replace(program.inputs[0], name="\x00<&\n"),)
    projections = tuple(
        replace(each, source=inputs[0].name) if each.source == program.inputs[0].name else each
        for each in program.projections
    )
    export_program(replace(program, inputs=inputs, projections=projections), "graphml", tmp_path / "a.graphml")
    graph = networkx.read_graphml(tmp_path / "a.graphml")
    assert graph.nodes["input 0"]["label"] == "\\x00<&\\n"


def test_measured_spikes_are_the_messages(program: Program, tmp_path: Path) -> None:
    inputs = {"touch": random_spikes(0, 11, samples=4)}
    spikes = {**inputs, **run(program, inputs).spikes}
    export_program(program, "json", tmp_path / "a.json", spikes)
    told = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert told["graph"]["rates"] == "measured"
    out = sum(edge["messages_per_step"] for edge in told["edges"] if edge["kind"] == "readout")
    rates = [spikes[name].rates().sum() for name in program.outputs]
    assert np.isclose(out, sum(rates))
