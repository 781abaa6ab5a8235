"""count: what every unit would cost on every core, counted by its definition."""

import numpy as np
import pytest

from benchmarks.mapping.networks import generated
from compiler.mapping.partitioning.moves import moves
from compiler.passes.coarsen import coarsen
from tests.compiler.mapped import random_cores, random_price, small


@pytest.mark.parametrize("topology", ["random", "dense input"])
def test_the_penalty_of_a_core_is_what_a_unit_would_pay_there(topology: str) -> None:
    """Were a unit on another core, the sum of rate times price would change by the difference of two penalties."""
    rng = np.random.default_rng(1)
    made, chip = generated(topology, 200, 4, 1), small()
    hypergraph = coarsen(made.graph, chip, made.rates)
    core_of, price = random_cores(hypergraph.units, 4, rng), random_price(rng)

    def whole(cores: np.ndarray) -> int:
        problem, state = moves(hypergraph, cores, price, chip, 1.15)
        sender = np.where(problem.home < 0, 4, cores[problem.home])
        return int((problem.rate[:, None] * problem.price[sender] * (state.listening > 0)).sum())

    _, state = moves(hypergraph, core_of, price, chip, 1.15)
    for unit in range(0, hypergraph.units, 7):
        for core in range(4):
            moved = core_of.copy()
            moved[unit] = core
            saved = int(state.penalty[unit, core_of[unit]] - state.penalty[unit, core])
            assert whole(core_of) - whole(moved) == saved
