"""traffic: messages between cores, counted neuron by neuron."""

import numpy as np
import pytest

from benchmarks.mapping.networks import generated
from compiler.analysis.traffic import traffic
from targets.contracts.numbering import numbered, offsets
from tests.compiler.mapped import chain


def test_traffic_counts_a_spike_once_per_core_that_listens() -> None:
    """Motif 0 is heard by motifs 1 and 2 with both neurons of each; motif 2 shares a core with motif 0."""
    graph = chain(np.arange(3), extra=np.array([[0, 2]]))
    rates = {"outside": np.array([0.5]), "motifs": np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6])}
    sent = traffic(graph, {"motifs": np.array([0, 0, 1, 1, 0, 0])}, rates)
    np.testing.assert_allclose(sent.between, [[0, 0.3], [0.7, 0]])
    np.testing.assert_allclose(sent.inputs, [0.5, 0.5])
    assert sent.messages == pytest.approx(2.0)
    assert sent.hops(np.array([[0, 0], [2, 1]])) == pytest.approx(3.0)


@pytest.mark.parametrize("seed", range(3))
def test_messages_are_pairs_of_a_neuron_and_another_core_that_listens(seed: int) -> None:
    made = generated("two layers", 200, 4, seed)
    rng = np.random.default_rng(seed)
    core_of = {population.name: rng.integers(0, 5, population.neurons) for population in made.graph.populations}
    core = np.concatenate([np.full(700, -1), *core_of.values()])
    rate = np.concatenate(
        [made.rates["outside"], *(made.rates[population.name] for population in made.graph.populations)]
    )
    pairs = {
        (source, goal)
        for pre, post in numbered(made.graph.projections, offsets(made.graph.inputs, made.graph.populations))
        for source, goal in zip(pre.tolist(), core[post].tolist(), strict=True)
        if core[source] != goal
    }
    sent = traffic(made.graph, core_of, made.rates)
    assert sent.messages == pytest.approx(sum(rate[source] for source, _ in pairs))
    assert sent.inputs.sum() == pytest.approx(sum(rate[source] for source, _ in pairs if core[source] < 0))
    assert sent.hops(np.stack([np.arange(5), np.zeros(5, int)], axis=1)) == pytest.approx(
        sum(rate[source] * abs(core[source] - goal) for source, goal in pairs if core[source] >= 0)
    )
