"""striped: an equal share of every population on every core."""

import numpy as np

from compiler.mapping.partitioning.striped import striped
from compiler.passes.coarsen import coarsen
from tests.compiler.mapped import chain, small, varied


def test_populations_are_cut_into_equal_parts() -> None:
    assert striped(coarsen(chain(np.arange(6)), small()), 3).tolist() == [0, 0, 1, 1, 2, 2]
    hypergraph = coarsen(varied(0), small())
    (hidden, answer) = hypergraph.unit_of.values()
    core_of = striped(hypergraph, 3)
    assert core_of[np.unique(hidden)].tolist() == [0, 0, 1, 1, 2, 2]
    assert core_of[np.unique(answer)].tolist() == np.repeat(range(3), np.unique(answer).size // 3).tolist()
