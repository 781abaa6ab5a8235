"""fold: thresholds go into the weights."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from compiler.analysis.interpret import interpret
from compiler.frontends.network import lower
from compiler.passes.fold import fold
from compiler.text import text
from targets.conformance.equivalence import compare
from tests.networks import random_network, random_spikes, tiny_network


def test_fold_golden(golden: Callable[[str, str], None]) -> None:
    golden("fold.txt", text(fold(lower(tiny_network()))))


@pytest.mark.parametrize("seed", range(5))
def test_spikes_before_equal_spikes_after(seed: int) -> None:
    graph = lower(random_network(seed))
    inputs = {"touch": random_spikes(seed, 11)}
    report = compare(interpret(graph, inputs), interpret(fold(graph), inputs))
    assert report.spikes > 0
    assert report.equal, report.sentence()


@pytest.mark.parametrize("seed", range(3))
def test_the_bias_of_a_projection_is_folded_too(seed: int) -> None:
    graph = lower(random_network(seed))
    bias = np.random.default_rng(seed).normal(0.2, 0.1, 24)
    biased = replace(graph, projections=(replace(graph.projections[0], bias=bias), *graph.projections[1:]))
    inputs = {"touch": random_spikes(seed, 11)}
    report = compare(interpret(biased, inputs), interpret(fold(biased), inputs))
    assert report.spikes > 0
    assert report.equal, report.sentence()
    assert not compare(interpret(graph, inputs), interpret(biased, inputs)).equal


def test_every_threshold_becomes_one_and_the_input_graph_stays() -> None:
    graph = lower(random_network(1))
    before = text(graph)
    assert all((population.threshold == 1).all() for population in fold(graph).populations)
    assert text(graph) == before
    assert not np.array_equal(graph.population("hidden").threshold, np.ones(24))
