"""prune: what cannot change a spike that anybody reads is taken out."""

from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest

from compiler.frontends.network import lower
from compiler.ir.graph import IntGraph
from compiler.passes.fold import fold
from compiler.passes.prune import prune
from compiler.passes.quantize import quantize
from compiler.text import text
from targets.conformance.random_program import random_program
from targets.contracts.chip import chip_named
from targets.contracts.errors import InputError
from targets.contracts.ports import Input
from targets.contracts.synapses import Dense, Sparse
from targets.program.program import IntPopulation, IntProjection, Program
from targets.runtime.backend import run
from tests.networks import tiny_network


def graph_of(program: Program) -> IntGraph:
    return IntGraph(program.inputs, program.populations, program.projections, program.readout, program.steps, "")


def programs_of(graph: IntGraph, program: Program) -> Program:
    return replace(program, populations=graph.populations, projections=graph.projections, cores=())


def neuron(name: str) -> IntPopulation:
    one = np.ones(1, int)
    return IntPopulation(name, 1, 9 * one, 9 * one, one, 0 * one)


def synapse(source: str, target: str, weight: int) -> IntProjection:
    return IntProjection(f"{source}-{target}", source, target, Dense(np.array([[weight]])), 0, 1)


def chain() -> IntGraph:
    """From x to a to b; a also feeds c, c and d feed each other, and b is joined to a by nothing but zeros."""
    links = [("x", "a", 2), ("a", "b", 4), ("a", "c", 2), ("c", "d", 2), ("d", "c", 2), ("b", "a", 0), ("b", "b", 2)]
    return IntGraph(
        (Input("x", 1), Input("unheard", 2)),
        tuple(neuron(name) for name in "abcd"),
        tuple(synapse(*link) for link in links),
        None,
        5,
        "",
    )


def test_what_no_output_hears_is_removed_and_told() -> None:
    pruned = prune(chain(), outputs=["b"])
    assert [population.name for population in pruned.graph.populations] == ["a", "b"]
    assert [projection.name for projection in pruned.graph.projections] == ["x-a", "a-b", "b-b"]
    assert pruned.graph.inputs == chain().inputs
    assert (pruned.weights, pruned.projections, pruned.populations) == (
        0,
        ("a-c", "c-d", "d-c", "b-a"),
        ("c", "d"),
    )
    assert pruned.sentence == (
        "removed 0 stored zeros, projection 'a-c', projection 'c-d', projection 'd-c', projection 'b-a', "
        "population 'c', population 'd'."
    )


def test_every_population_stays_unless_outputs_are_named() -> None:
    pruned = prune(chain())
    assert pruned.populations == ()
    assert pruned.projections == ("b-a",)


def test_a_path_of_zeros_is_no_path() -> None:
    assert prune(chain(), outputs=["a"]).populations == ("b", "c", "d")


def test_the_readout_is_kept() -> None:
    graph = quantize(fold(lower(tiny_network())), chip_named("loihi1"))
    assert prune(graph, outputs=()).populations == ()
    alone = replace(graph, projections=tuple(p for p in graph.projections if p.target != "answer"))
    assert prune(alone, outputs=()).populations == ("hidden",)
    assert [population.name for population in prune(alone, outputs=()).graph.populations] == ["answer"]


def test_zeros_of_sparse_projections_are_no_longer_stored() -> None:
    ones = np.ones(3, np.int32)
    stored = Sparse(np.array([0, 4, 0, 6, 0]), np.array([0, 1, 2, 0, 1]), np.array([0, 2, 2, 5]), 3)
    graph = IntGraph(
        (Input("x", 3),),
        (IntPopulation("n", 1, ones, ones, ones, ones),),
        (IntProjection("w", "x", "n", stored, 0, 1),),
        None,
        5,
        "",
    )
    pruned = prune(graph)
    synapses = pruned.graph.projections[0].synapses
    assert isinstance(synapses, Sparse)
    assert (synapses.weights.tolist(), synapses.indices.tolist(), synapses.indptr.tolist()) == (
        [4, 6],
        [1, 0],
        [0, 1, 1, 2],
    )
    assert pruned.weights == 3


def test_what_prune_returns_is_frozen_and_compared_by_identity() -> None:
    pruned = prune(chain())
    with pytest.raises(FrozenInstanceError):
        pruned.weights = 1  # type: ignore[misc]
    assert pruned != replace(pruned)


@pytest.mark.parametrize("seed", range(100))
def test_spikes_of_what_remains_are_equal(seed: int) -> None:
    rng = np.random.default_rng(seed)
    program, spikes = random_program(rng)
    silenced = tuple(
        replace(
            p, synapses=replace(p.synapses, weights=p.synapses.weights * (rng.random(p.synapses.weights.shape) < keep))
        )
        for p, keep in zip(program.projections, rng.choice([0, 0.5, 1], len(program.projections)), strict=True)
    )
    graph = graph_of(replace(program, projections=silenced, readout=None))
    before = text(graph)
    outputs = [graph.populations[int(rng.integers(len(graph.populations)))].name]
    pruned = prune(graph, outputs)
    assert text(graph) == before
    assert outputs[0] in {population.name for population in pruned.graph.populations}
    whole = run(programs_of(graph, replace(program, readout=None)), spikes)
    small = run(programs_of(pruned.graph, replace(program, readout=None, outputs=tuple(outputs))), spikes)
    for population in pruned.graph.populations:
        assert np.array_equal(whole.spikes[population.name].packed, small.spikes[population.name].packed)
        assert np.array_equal(whole.u[population.name], small.u[population.name])
        assert np.array_equal(whole.v[population.name], small.v[population.name])


def test_bad_outputs_are_refused() -> None:
    with pytest.raises(InputError) as error:
        prune(chain(), outputs=["e"])
    assert str(error.value) == ("output 'e' is no population of the graph, which has ['a', 'b', 'c', 'd']; correct it.")
    with pytest.raises(InputError, match="output 'f' is no population"):
        prune(chain(), outputs=["a", "f", "e"])
    with pytest.raises(InputError) as error:
        prune(chain(), outputs=[])
    assert str(error.value) == (
        "no population is read: there is no readout and `outputs` is empty, so name one to keep."
    )
