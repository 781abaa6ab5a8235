"""assemble: neurons go to the cores and cores to the tiles that they are given, and nothing else changes."""

import numpy as np

from compiler.assemble import assemble
from targets.program.listeners import Route
from targets.program.program import Proof
from tests.compiler.mapped import chain, small

GRAPH = chain(np.array([0, 1, 2]))  # three motifs of two neurons in a row
CORES = {"motifs": np.array([1, 1, 0, 0, 1, 1])}
TILES = np.array([[2, 0], [0, 1]])


def test_cores_hold_the_neurons_that_are_given_to_them() -> None:
    program = assemble(GRAPH, CORES, TILES, small(), {})
    assert [(core.x, core.y) for core in program.cores] == [(2, 0), (0, 1)]
    assert [core.members["motifs"].tolist() for core in program.cores] == [[2, 3], [0, 1, 4, 5]]


def test_a_population_is_named_only_by_cores_that_hold_some_of_it() -> None:
    core_of, tiles = {"motifs": np.array([0, 0, 0, 0, 2, 2])}, np.array([[0, 0], [1, 0], [2, 0]])
    members = [dict(core.members) for core in assemble(GRAPH, core_of, tiles, small(), {}).cores]
    assert [list(held) for held in members] == [["motifs"], [], ["motifs"]]


def test_routes_are_those_between_the_cores() -> None:
    program = assemble(GRAPH, CORES, TILES, small(), {})
    assert program.routes == (Route(-1, 0, 1), Route(-1, 1, 1), Route(0, 1, 2), Route(1, 0, 2))


def test_all_else_is_handed_on() -> None:
    nothing = np.zeros(0, np.int32)
    proof = Proof("motifs", (0, 1), (0, 1), (0, 1), nothing, nothing)
    program = assemble(GRAPH, CORES, TILES, small(), {"seed": 3}, (proof,))
    assert program.chip == small()
    assert (program.inputs, program.populations) == (GRAPH.inputs, GRAPH.populations)
    assert program.projections == GRAPH.projections
    assert program.outputs == ("motifs",)
    assert (program.readout, program.steps, program.origin) == (GRAPH.readout, GRAPH.steps, GRAPH.origin)
    assert program.settings == {"seed": 3}
    assert program.proofs == (proof,)
