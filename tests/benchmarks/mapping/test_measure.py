"""mapped: four ways to map the same network, and a fifth for one that the search produced."""

import numpy as np
import pytest

from benchmarks.mapping.annealing import annealed
from benchmarks.mapping.measure import ASSUMED, INDEX, MOTIFS, NEURONS, OURS, mapped
from benchmarks.mapping.plan import Task
from benchmarks.mapping.searched import Searched
from tests.compiler.mapped import chain


@pytest.mark.slow
@pytest.mark.parametrize("topology", ["grid", "random"])
def test_a_network_is_mapped_in_four_ways_and_ours_is_never_above_index_order(topology: str) -> None:
    rows = mapped(Task("map", topology, 2_400, 8, 0))
    assert [row.method for row in rows] == [INDEX, NEURONS, MOTIFS, OURS]
    index, *_, ours = rows
    assert ours.overuse <= 1
    assert ours.messages <= index.messages * (1 + 1e-9)
    assert ours.cores <= max(index.cores, 1.05 * index.cores)
    assert index.cores == index.first_fit
    for row in rows:
        assert 0 < row.inputs < row.messages
        assert row.neurons == 2_400


@pytest.mark.slow
def test_smaller_synapses_need_fewer_cores() -> None:
    cores = [mapped(Task("map", "dense input", 400, 8, 0, bits))[0].cores for bits in (18, 8)]
    assert cores[1] < cores[0]


@pytest.mark.slow
def test_a_searched_network_is_mapped_by_training_rates_and_judged_by_test_rates(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    graph = chain(np.arange(60))
    training = {"outside": np.full(1, 0.5), "motifs": np.full(120, 0.1)}
    test = {"outside": np.full(1, 0.25), "motifs": np.full(120, 0.2)}
    monkeypatch.setattr("benchmarks.mapping.measure.searched", lambda neurons, seed: Searched(graph, training, test))
    rows = mapped(Task("searched", "digits", 120, 0, 0))
    assert [row.method for row in rows] == [INDEX, NEURONS, MOTIFS, OURS, ASSUMED]
    index = rows[0]
    assert index.cores == 4
    assert index.inputs == pytest.approx(4 * 0.25)
    assert index.messages - index.inputs == pytest.approx(3 * 2 * 0.2)  # both neurons of a motif at every border


def test_annealing_finds_the_line() -> None:
    """Four cores in a chain on one row: neighbours end up beside each other."""
    between = np.zeros((4, 4))
    between[[0, 2, 1], [2, 1, 3]] = 1.0
    slots = np.array([[x, 0] for x in range(4)])
    x = annealed(between, slots, 0)[:, 0]
    assert np.abs(np.diff(x[[0, 2, 1, 3]])).tolist() == [1, 1, 1]
