"""anneal: what it saves is what it says."""

from typing import Any

import numpy as np
import pytest

from benchmarks.mapping.networks import generated
from compiler.mapping.loads import loads
from compiler.mapping.partitioning import anneal as anneal_module, moves as moves_module
from compiler.mapping.partitioning.anneal import anneal
from compiler.mapping.partitioning.counting import few_of
from compiler.mapping.partitioning.legalize import legalize
from compiler.mapping.partitioning.moves import moves, with_few_told
from compiler.mapping.partitioning.problem import MoveProblem, MoveState
from compiler.passes.coarsen import coarsen
from targets.contracts.jit import compiled
from tests.compiler.mapped import random_price, small


@pytest.mark.parametrize("seed", range(3))
def test_annealing_saves_what_it_says_and_repeats_itself(seed: int) -> None:
    """Full cores, where units change places, and cores with room, where they move."""
    made = generated("grid", 400, 4, seed)
    rng = np.random.default_rng(seed)
    price = random_price(rng)
    for neurons in (100, 130):
        chip = small(neurons_per_core=neurons)
        hypergraph = coarsen(made.graph, chip, made.rates)
        start = rng.permutation(np.arange(hypergraph.units) % 4)
        once, again = (moves(hypergraph, start, price, chip, 1.15) for _ in range(2))
        before = whole_price(*once)
        change = anneal(*once, 20_000, 1e6, 1e3, seed)
        assert change == whole_price(*once) - before < 0
        assert loads(hypergraph, once[1].core_of, chip).overuse <= 1
        assert anneal(*again, 20_000, 1e6, 1e3, seed) == change
        assert again[1].core_of.tolist() == once[1].core_of.tolist()


@pytest.mark.parametrize("topology", ["modular", "two layers"])
def test_without_tables_the_same_moves_are_made(topology: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Penalties and axons worked out each time are those of the tables, at random prices.

    Trials without tables count for more, so that fewer are made in the same time; here they count for the same, which
    is compiled anew, as constants are.
    """
    monkeypatch.setattr(anneal_module, "_WORKED_OUT", anneal_module._TRIAL)
    annealed: Any = anneal_module._annealed
    monkeypatch.setattr(anneal_module, "_annealed", compiled(_nrt=False)(annealed.py_func))
    made, chip, rng = (
        generated(topology, 400, 4, 0),
        small(neurons_per_core=110, axons_in_per_core=260),
        np.random.default_rng(0),
    )
    hypergraph = coarsen(made.graph, chip, made.rates)
    start, price = np.minimum(rng.integers(0, 6, hypergraph.units), 3), random_price(rng)
    found = []
    for told in (1e9, -1):
        monkeypatch.setattr(moves_module, "_TOLD", told)
        problem, state = moves(hypergraph, start, price, chip, 1.15)
        legalize(problem, state)
        problem, state = with_few_told(hypergraph, problem, state)
        assert (state.penalty.size > 0) == (told > 0)
        legal = state.core_of.copy()
        change = anneal(problem._replace(effort=0 * problem.effort), state, 2_000, 1e6, 1e3, 1)
        found.append((legal.tolist(), change, state.core_of.tolist(), state.load.tolist()))
        assert (legal != start).any()
        assert (state.core_of != legal).any()
        assert state.penalty.size > 0 or np.array_equal(state.few, few_of(state.listening))
    assert found[0] == found[1]


def whole_price(problem: MoveProblem, state: MoveState) -> int:
    """Sum of rate times price of all messages."""
    sender = np.where(problem.home < 0, problem.price.shape[1], state.core_of[problem.home])
    return int((problem.rate[:, None] * problem.price[sender] * (state.listening > 0)).sum())
