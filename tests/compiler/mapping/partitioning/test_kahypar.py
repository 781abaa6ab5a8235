"""kahypar: partitioning of the hypergraph itself."""

import numpy as np
import pytest

from compiler.mapping.partitioning.kahypar import kahypar
from compiler.passes.coarsen import coarsen
from tests.compiler.mapped import chain, small


@pytest.mark.parametrize("seed", range(2))
def test_a_shuffled_chain_is_divided_in_the_middle(seed: int) -> None:
    order = np.random.default_rng(seed).permutation(16)
    hypergraph = coarsen(chain(order), small())
    core_of = kahypar(hypergraph, hypergraph.neurons, 2, 0.03, seed)[order]
    assert np.count_nonzero(np.diff(core_of)) == 1
    assert np.bincount(core_of).tolist() == [8, 8]
