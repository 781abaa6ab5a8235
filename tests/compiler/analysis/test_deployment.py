"""The graph of a small program, counted by hand."""

from dataclasses import replace

import numpy as np
import pytest

from compiler.analysis.deployment import deployment
from targets.contracts.chip import chip_named
from targets.contracts.errors import InputError
from targets.contracts.ports import Input, Readout
from targets.contracts.raster import SpikeRaster
from targets.contracts.synapses import Dense
from targets.program.program import Core, IntPopulation, IntProjection, Program


def _program() -> Program:
    """x -> p on two cores, two tiles apart; neurons 0 and 2 of p on the first."""
    zeros = np.zeros(3, np.int32)
    population = IntPopulation("p", 1, zeros, zeros, zeros + 1, zeros)
    loop = np.array([[0, 2, 0], [2, 0, 0], [0, 0, 0]], np.int32)
    projections = (
        IntProjection("x-p", "x", "p", Dense(np.full((3, 2), 2, np.int32)), 0, 1),
        IntProjection("p-p", "p", "p", Dense(loop), 0, 1),
    )
    cores = (Core(0, 0, {"p": np.array([0, 2])}), Core(1, 1, {"p": np.array([1])}))
    return Program(
        chip_named("loihi2"), (Input("x", 2),), (population,), projections, cores, ("p",), Readout("p", 3), 4
    )


def test_nodes_and_edges_are_those_of_the_program() -> None:
    spikes = {
        "x": SpikeRaster.pack(np.array([[[1, 0], [1, 1], [0, 0], [0, 0]]])),
        "p": SpikeRaster.pack(np.array([[[1, 0, 1], [1, 0, 0], [1, 1, 0], [0, 0, 0]]])),
    }
    told = deployment(_program(), spikes)
    routes = {(edge["source"], edge["target"]): edge for edge in told["edges"]}
    assert routes["core 0", "core 1"] | {"kind": ""} == {
        "source": "core 0",
        "target": "core 1",
        "kind": "",
        "axons": 1,
        "messages_per_step": 0.75,
        "hops": 2,
        "hops_east_west": 1,
        "hops_north_south": 1,
    }
    assert routes["core 1", "core 0"]["messages_per_step"] == 0.25
    assert [routes["input 0", f"core {number}"]["messages_per_step"] for number in (0, 1)] == [0.75, 0.75]
    assert [routes[f"core {number}", "readout"]["messages_per_step"] for number in (0, 1)] == [1.0, 0.25]
    totals = told["graph"]["totals"]
    assert (totals["messages_per_step"], totals["hops_per_step"]) == (2.5, 2.0)
    assert totals["operations_per_step"] == 3 * 0.75 + 0.75 + 0.25
    (readout,) = [node for node in told["nodes"] if node["kind"] == "readout"]
    assert readout["outputs"] == [
        {"population": "p", "first": 0, "last": 0, "core": 0, "index": 0},
        {"population": "p", "first": 2, "last": 2, "core": 0, "index": 1},
        {"population": "p", "first": 1, "last": 1, "core": 1, "index": 0},
    ]


def test_a_neuron_without_a_core_is_told() -> None:
    with pytest.raises(InputError, match=r"^3 of 3 neurons are on no core; "):
        deployment(replace(_program(), cores=()))


def test_a_program_without_readout_has_a_graph() -> None:
    told = deployment(replace(_program(), readout=None, outputs=()))
    assert told["nodes"][-1] == {"id": "readout", "kind": "readout", "label": "readout", "outputs": []}
    assert "core 0" in {edge["target"] for edge in told["edges"]}
