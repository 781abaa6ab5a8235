"""moves: a partitioning with exact loads and the exact gain of every possible move."""

import numpy as np
import pytest

from benchmarks.mapping.networks import generated
from compiler.mapping.loads import loads
from compiler.mapping.partitioning.kernels import exchange, move
from compiler.mapping.partitioning.moves import moves
from compiler.passes.coarsen import coarsen
from targets.contracts.arrays import Array
from tests.compiler.mapped import random_cores, random_price, small


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("topology", ["modular", "two layers"])
def test_penalties_and_loads_of_moves_are_exact(topology: str, seed: int) -> None:
    """Random moves at random prices: what was foretold is what counting anew finds."""
    made = generated(topology, 200, 4, seed)
    chip = small(neurons_per_core=80)
    rng = np.random.default_rng(seed)
    hypergraph = coarsen(made.graph, chip, made.rates)
    price = random_price(rng)
    scale = hypergraph.rate.max() / 1e6

    def paid(core_of: Array) -> float:
        net_of = hypergraph.net_of
        net, core = np.unique(np.stack([net_of, core_of[hypergraph.pins]]), axis=1)
        home = hypergraph.home[net]
        return float(hypergraph.rate[net] @ price[np.where(home < 0, 4, core_of[home]), core])

    core_of = random_cores(hypergraph.units, 4, rng)
    problem, state = moves(hypergraph, core_of, price, chip, 1.15)
    for unit in rng.integers(0, hypergraph.units, 60).tolist():
        core, here = int(rng.integers(0, 4)), int(core_of[unit])
        if (core_of == here).sum() == 1 or core == here:
            continue
        before = paid(core_of)
        partner = int(rng.choice(np.flatnonzero(core_of == core)))
        swapped = core_of.copy()
        swapped[[unit, partner]] = core, here
        delta, axons_here, axons_there = exchange(problem, state, unit, partner)
        axons = loads(hypergraph, swapped, chip).use[2] - loads(hypergraph, core_of, chip).use[2]
        assert delta * scale == pytest.approx(paid(swapped) - before, abs=1e-3)
        assert (axons[[here, core]] * chip.axons_in_per_core.value).round().tolist() == [axons_here, axons_there]
        gain = state.penalty[unit, here] - state.penalty[unit, core]
        move(problem, state, unit, core)
        core_of[unit] = core
        assert gain * scale == pytest.approx(before - paid(core_of), abs=1e-3)
        anew = moves(hypergraph, core_of, price, chip, 1.15)
        for kept, again in zip((problem._asdict(), state._asdict()), (each._asdict() for each in anew), strict=True):
            for name, values in kept.items():
                if name != "spare":
                    np.testing.assert_array_equal(values, again[name], err_msg=name)
        counted = loads(hypergraph, core_of, chip)
        np.testing.assert_allclose((state.load[:6] / problem.limit[:6]).max(axis=0), counted.use.max(axis=0), atol=1e-4)
        np.testing.assert_allclose(
            state.load[6] / state.load[6].mean(), counted.events / counted.events.mean(), rtol=1e-4
        )


def test_the_problem_is_read_only() -> None:
    made, chip = generated("ring", 200, 4, 0), small()
    hypergraph = coarsen(made.graph, chip)
    core_of = np.arange(hypergraph.units) % 4
    problem, state = moves(hypergraph, core_of, 1 - np.eye(5, 4, dtype=np.int64), chip, 1.15)
    assert not any(array.flags.writeable for array in problem)
    assert all(array.flags.writeable for array in state)
    assert core_of.flags.writeable
