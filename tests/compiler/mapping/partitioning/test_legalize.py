"""legalize: cores over a limit are emptied."""

import numpy as np
import pytest

from benchmarks.mapping.networks import generated
from benchmarks.mapping.unseen.networks import CLUSTERED, Unseen, network
from compiler.mapping.loads import loads
from compiler.mapping.partitioning.first_fit import first_fit
from compiler.mapping.partitioning.improve import uniform_price
from compiler.mapping.partitioning.legalize import legalize
from compiler.mapping.partitioning.moves import moves
from compiler.mapping.partitioning.problem import EVENTS
from compiler.passes.coarsen import coarsen
from tests.compiler.mapped import chain, small


@pytest.mark.parametrize("seed", range(3))
def test_legalizing_empties_cores_over_a_limit(seed: int) -> None:
    """A hundred motifs of four neurons, most of them on one core of four with room for 120 neurons each."""
    made, chip = generated("small-world", 400, 4, seed), small(neurons_per_core=120)
    hypergraph = coarsen(made.graph, chip, made.rates)
    core_of = np.concatenate([np.arange(4), np.zeros(hypergraph.units - 4, dtype=np.int64)])
    assert loads(hypergraph, core_of, chip).overuse > 1
    problem, state = moves(hypergraph, core_of, uniform_price(4), chip, 1.15)
    limit = problem.limit.copy()
    legalize(problem, state)
    assert loads(hypergraph, state.core_of, chip).overuse <= 1
    assert (state.load[EVENTS] <= problem.limit[EVENTS]).all()
    assert problem.limit.tolist() == limit.tolist()


def test_legalizing_takes_the_move_of_the_largest_gain() -> None:
    """Motif 4 listens to motif 3 alone and belongs beside it, in a core of three motifs that holds four."""
    chip = small(neurons_per_core=6)
    hypergraph = coarsen(chain(np.arange(6)), chip)
    problem, state = moves(hypergraph, np.array([0, 0, 0, 0, 1, 1]), uniform_price(2), chip, 1e9)
    legalize(problem, state)
    assert state.core_of.tolist() == [0, 0, 0, 1, 1, 1]


@pytest.mark.parametrize("seed", range(3))
def test_on_full_cores_busy_units_are_exchanged_for_idle_ones(seed: int) -> None:
    """Index order puts a busy part of a ring on one core; there is no room for a single neuron anywhere."""
    task = Unseen("ring", 4, CLUSTERED, "loihi1", seed, 800)
    made, chip = network(task), small(neurons_per_core=100)
    hypergraph = coarsen(made.graph, chip, made.rates)
    start = first_fit(hypergraph, chip)
    problem, state = moves(hypergraph, start, uniform_price(8), chip, 1.2)
    legalize(problem, state)
    before, after = loads(hypergraph, start, chip), loads(hypergraph, state.core_of, chip)
    assert before.imbalance > 1.3, seed
    assert after.imbalance <= 1.2 + 1e-5, seed
    assert after.use[0].tolist() == [1.0] * 8, seed
    assert after.overuse <= 1, seed
