"""problem: what the rows of loads and limits stand for."""

import numpy as np
import pytest

from compiler.mapping.loads import loads
from compiler.mapping.partitioning.improve import uniform_price
from compiler.mapping.partitioning.moves import moves
from compiler.mapping.partitioning.problem import (
    AXONS_IN,
    AXONS_OUT,
    DECAYS,
    EVENTS,
    MEMORY,
    NEURONS,
    THRESHOLDS,
)
from compiler.passes.coarsen import coarsen
from tests.compiler.mapped import random_cores, small, varied


def test_rows_are_in_the_order_of_their_names_and_problems_are_read_only() -> None:
    chip = small()
    hypergraph = coarsen(varied(0), chip)
    core_of = random_cores(hypergraph.units, 3, np.random.default_rng(0))
    problem, state = moves(hypergraph, core_of, uniform_price(3), chip, 1.5)
    rows = [NEURONS, MEMORY, AXONS_IN, AXONS_OUT, DECAYS, THRESHOLDS]
    used = state.load[rows] / problem.limit[rows]
    held = loads(hypergraph, core_of, chip)
    bytes_of, others = 1, [0, 2, 3, 4, 5]
    np.testing.assert_allclose(used[others], held.use[others])
    np.testing.assert_allclose(used[bytes_of], held.use[bytes_of], atol=1 / chip.synapse_bytes_per_core.value)
    np.testing.assert_allclose(
        state.load[EVENTS] / state.load[EVENTS].sum(), held.events / held.events.sum(), rtol=1e-4
    )
    for array in problem:
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
