"""kernels: what moves and exchanges foretell."""

import itertools

import numpy as np

from compiler.mapping.loads import loads
from compiler.mapping.partitioning.improve import uniform_price
from compiler.mapping.partitioning.kernels import crowded, exchange, room
from compiler.mapping.partitioning.moves import moves
from compiler.passes.coarsen import coarsen
from tests.compiler.mapped import random_cores, small, varied


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
