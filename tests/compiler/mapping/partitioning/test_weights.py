"""weights: size where cores are full, work as well where there is room."""

import numpy as np

from benchmarks.mapping.networks import generated
from compiler.mapping.loads import loads
from compiler.mapping.partitioning.first_fit import first_fit
from compiler.mapping.partitioning.weights import even_weights, lumpy, weights_for
from compiler.passes.coarsen import coarsen
from tests.compiler.mapped import small


def test_full_cores_are_weighed_by_size_and_roomy_ones_by_work_too() -> None:
    made, chip = generated("grid", 400, 4, 0), small(neurons_per_core=100)
    hypergraph = coarsen(made.graph, chip, made.rates)
    index = loads(hypergraph, first_fit(hypergraph, chip), chip)
    full, slack = weights_for(hypergraph, index, 4, chip)
    np.testing.assert_allclose(full, hypergraph.neurons / 100)
    assert slack == 0.003
    roomy, wide = weights_for(hypergraph, index, 8, chip)
    np.testing.assert_allclose(roomy, full / full.sum() + hypergraph.events / hypergraph.events.sum())
    assert wide == 0.05


def test_parts_of_weight_one_hold_a_core_and_their_share_of_the_work() -> None:
    made, chip = generated("grid", 400, 4, 0), small(neurons_per_core=100)
    hypergraph = coarsen(made.graph, chip, made.rates)
    index = loads(hypergraph, first_fit(hypergraph, chip), chip)
    weights, slack = even_weights(hypergraph, index, 5, chip, 1.2)
    share = hypergraph.events / (1.2 * hypergraph.events.sum() / 5)
    np.testing.assert_allclose(weights, np.maximum(0.04, share))
    assert (weights > 0.04).any()
    assert (weights == 0.04).any()
    assert slack == max(0.003, min(0.03, 5 / weights.sum() - 1))


def test_a_unit_with_over_a_quarter_of_a_core_s_work_is_a_lump() -> None:
    chip = small(neurons_per_core=100)
    made = generated("ring", 400, 4, 0)
    hypergraph = coarsen(made.graph, chip, made.rates)
    share = float(hypergraph.events.max() / hypergraph.events.sum())
    assert not lumpy(hypergraph, int(0.25 / share))
    assert lumpy(hypergraph, int(0.25 / share) + 1)
