"""kernels: what moves and exchanges foretell, legalize and anneal."""

import itertools

import numpy as np
import pytest

from benchmarks.mapping.networks import generated
from benchmarks.mapping.unseen.networks import CLUSTERED, Unseen, network
from compiler.mapping.loads import loads
from compiler.mapping.partitioning.first_fit import first_fit
from compiler.mapping.partitioning.improve import uniform_price
from compiler.mapping.partitioning.kernels import anneal, crowded, exchange, legalize, room
from compiler.mapping.partitioning.moves import moves
from compiler.mapping.partitioning.problem import EVENTS, MoveProblem, MoveState
from compiler.passes.coarsen import coarsen
from tests.compiler.mapped import chain, random_cores, random_price, small, varied


def test_a_unit_more_fits_where_room_says_so() -> None:
    """Tight limits of every kind but output axons, which are not foretold; three networks give both answers."""
    limits = {"neurons_per_core": 14, "synapse_bytes_per_core": 1500, "axons_in_per_core": 34}
    chip = small(**limits, decay_profiles_per_core=12, threshold_profiles_per_core=3, axons_out_per_core=9999)
    answers = []
    for seed in range(3):
        hypergraph = coarsen(varied(seed), chip)
        core_of = random_cores(hypergraph.units, 4, np.random.default_rng(seed))
        problem, state = moves(hypergraph, core_of, uniform_price(4), chip, 1e9)
        for unit, here in enumerate(core_of.tolist()):
            for core in {0, 1, 2, 3} - {here}:
                there = core_of.copy()
                there[unit] = core
                answers.append(bool(loads(hypergraph, there, chip).use[:, core].max() <= 1))
                assert room(problem, state, unit, core) == answers[-1], (seed, unit, core)
    assert set(answers) == {True, False}


def test_an_exchange_crowds_a_core_where_its_loads_say_so() -> None:
    """The same limits; what a core gets more of and then has too much of, profiles and output axons aside."""
    limits = {"neurons_per_core": 14, "synapse_bytes_per_core": 1500, "axons_in_per_core": 34}
    chip = small(**limits)
    answers = []
    for seed in range(3):
        hypergraph = coarsen(varied(seed), chip)
        core_of = random_cores(hypergraph.units, 4, np.random.default_rng(seed))
        problem, state = moves(hypergraph, core_of, uniform_price(4), chip, 1e9)
        before = loads(hypergraph, core_of, chip).use[:3]
        for unit, partner in itertools.permutations(range(hypergraph.units), 2):
            here, core = core_of[[unit, partner]].tolist()
            if here == core:
                continue
            swapped = core_of.copy()
            swapped[[unit, partner]] = core, here
            after = loads(hypergraph, swapped, chip).use[:3]
            answers.append(bool(((after > 1) & (after > before))[:, core].any()))
            axons = exchange(problem, state, unit, partner)[2]
            assert crowded(problem, state, unit, partner, core, axons) == answers[-1], (seed, unit, partner)
    assert set(answers) == {True, False}


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


def whole_price(problem: MoveProblem, state: MoveState) -> int:
    """Sum of rate times price of all messages."""
    sender = np.where(problem.home < 0, problem.price.shape[1], state.core_of[problem.home])
    return int((problem.rate[:, None] * problem.price[sender] * (state.listening > 0)).sum())


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
