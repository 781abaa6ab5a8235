"""improve_by_regions: some cores of many are improved while all others are held still."""

import numpy as np
import pytest

from benchmarks.mapping.networks import generated
from compiler.mapping.loads import Loads, loads
from compiler.mapping.partitioning import regions
from compiler.mapping.partitioning.improve import uniform_price
from compiler.mapping.partitioning.moves import moves
from compiler.mapping.partitioning.regions import improve_by_regions
from compiler.passes.coarsen import coarsen
from tests.compiler.mapped import random_cores, small


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("topology", ["random", "two layers"])
def test_what_moves_in_a_region_change_is_what_they_change_in_the_whole(topology: str, seed: int) -> None:
    """Messages, input axons and output axons of its cores, after any moves between them."""
    made = generated(topology, 400, 4, seed)
    chip = small(neurons_per_core=80)
    rng = np.random.default_rng(seed)
    hypergraph = coarsen(made.graph, chip, made.rates)
    core_of = random_cores(hypergraph.units, 8, rng)
    cores = np.sort(rng.choice(8, 3, replace=False))
    _, part = regions.regions(hypergraph, core_of, np.isin(np.arange(8), cores).astype(np.int64))
    assert np.isin(core_of[part.units], cores).all()
    differences = set()
    for _ in range(5):
        local = random_cores(part.units.size, 3, rng)
        core_of[part.units] = cores[local]
        whole, inner = loads(hypergraph, core_of, chip), loads(part.hypergraph, local, chip)
        differences.add(round(whole.messages - inner.messages, 6))
        problem, state = moves(part.hypergraph, local, uniform_price(3), chip, 1.15, part.axons_out)
        np.testing.assert_allclose(state.load[:6] / problem.limit[:6], whole.use[:, cores], atol=1e-4)
        np.testing.assert_allclose(inner.events, whole.events[cores])
    assert len(differences) == 1


@pytest.mark.parametrize("seed", range(3))
def test_messages_fall_and_no_limit_is_broken(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regions, "_CORES", 3)
    made, chip = generated("grid", 600, 4, seed), small(neurons_per_core=80)
    hypergraph = coarsen(made.graph, chip, made.rates)
    start = np.random.default_rng(seed).permutation(np.arange(hypergraph.units) % 10)
    found = improve_by_regions(hypergraph, start, chip, 30, seed)
    before, after = loads(hypergraph, start, chip), loads(hypergraph, found, chip)
    assert before.overuse <= 1
    assert after.overuse <= 1
    assert after.messages < 0.8 * before.messages
    assert after.cores == before.cores


def test_where_all_together_are_no_better_each_is_looked_at_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first answer is that of all regions together; those that are better alone are then the same ones."""
    monkeypatch.setattr(regions, "_CORES", 3)
    made, chip = generated("grid", 600, 4, 0), small(neurons_per_core=80)
    hypergraph = coarsen(made.graph, chip, made.rates)
    start = np.random.default_rng(0).permutation(np.arange(hypergraph.units) % 10)
    together = improve_by_regions(hypergraph, start, chip, 30, 0)
    asked = []

    def better(found: Loads, held: Loads) -> bool:
        asked.append(found.messages)
        return len(asked) > 1 and found.messages < held.messages

    monkeypatch.setattr(regions, "_better", better)
    assert improve_by_regions(hypergraph, start, chip, 30, 0).tolist() == together.tolist()
    assert len(asked) > 2
    asked.clear()
    monkeypatch.setattr(regions, "_better", lambda found, held: False)
    assert improve_by_regions(hypergraph, start, chip, 30, 0).tolist() == start.tolist()
