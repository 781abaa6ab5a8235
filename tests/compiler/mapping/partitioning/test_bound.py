"""least_messages and settled: what no partitioning can do without."""

import numpy as np
import pytest

from benchmarks.mapping.networks import generated, topologies
from compiler.mapping.loads import loads
from compiler.mapping.partitioning import bound
from compiler.mapping.partitioning.bound import least_messages, settled
from compiler.mapping.partitioning.first_fit import first_fit
from compiler.mapping.state import unplaced
from compiler.passes.coarsen import coarsen
from tests.compiler.layers import layers
from tests.compiler.mapped import small


@pytest.mark.parametrize("topology", topologies())
def test_no_mapping_sends_less_than_the_bound(topology: str) -> None:
    made, chip = generated(topology, 800, 8), small(neurons_per_core=64)
    hypergraph = coarsen(made.graph, chip, made.rates)
    found = loads(hypergraph, first_fit(hypergraph, chip), chip)
    assert found.overuse <= 1
    assert 0 < least_messages(hypergraph, chip) <= found.messages


def test_dense_layers_are_settled_and_sparse_ones_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bound, "_LARGE", 1)
    chip = small(neurons_per_core=10)
    dense = coarsen(layers(40, 100), chip)
    assert settled(dense, unplaced(dense, np.arange(100) // 10, chip), chip)
    assert not settled(dense, unplaced(dense, np.arange(100) // 11, chip), chip)
    made = generated("grid", 800, 8)
    grid = coarsen(made.graph, small(), made.rates)
    assert not settled(grid, unplaced(grid, first_fit(grid, small(neurons_per_core=80)), small()), small())
