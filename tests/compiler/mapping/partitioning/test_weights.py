"""weights: size where cores are full, work as well where there is room."""

import numpy as np

from benchmarks.mapping.networks import generated
from compiler.mapping.loads import loads
from compiler.mapping.partitioning.first_fit import first_fit
from compiler.mapping.partitioning.weights import weights_for
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
