"""metis: partitioning of units, and of any symmetric graph."""

import ctypes
from itertools import combinations

import numpy as np
import pytest
from scipy.sparse import csr_array

from benchmarks.mapping.networks import generated
from compiler.mapping.loads import loads
from compiler.mapping.partitioning.metis import different, enough_units, metis, partition_graph
from compiler.passes.coarsen import coarsen
from tests.compiler.mapped import chain, small


def test_two_cliques_are_told_apart() -> None:
    """Two cliques of six vertices in mixed order with one weak link between them."""
    member = np.arange(12) % 2
    links = (member[:, None] == member[None]) & ~np.eye(12, dtype=bool)
    weights = links * 10.0
    weights[0, 1] = weights[1, 0] = 0.1
    parts = partition_graph(csr_array(weights), np.ones(12, dtype=np.int64), 2, 0.001, 0)
    assert len(set(parts[::2])) == len(set(parts[1::2])) == 1
    assert parts[0] != parts[1]


def test_one_part_holds_everything() -> None:
    assert partition_graph(csr_array(np.zeros((3, 3))), np.ones(3, dtype=np.int64), 1, 0.1, 0).tolist() == [0, 0, 0]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("topology", ["grid", "modular"])
def test_parts_are_even_numbered_without_gaps_and_cheaper_than_chance(topology: str, seed: int) -> None:
    made, chip = generated(topology, 800, 4, seed), small()
    hypergraph = coarsen(made.graph, chip, made.rates)
    core_of = metis(hypergraph, hypergraph.neurons, 6, 0.05, seed)
    assert np.unique(core_of).tolist() == list(range(6))
    assert np.bincount(core_of, hypergraph.neurons).max() <= 1.06 * 800 / 6 + 4
    chance = np.random.default_rng(seed).permutation(core_of)
    assert loads(hypergraph, core_of, chip).messages < 0.8 * loads(hypergraph, chance, chip).messages
    assert metis(hypergraph, hypergraph.neurons, 6, 0.05, seed).tolist() == core_of.tolist()


def test_seeds_give_different_partitionings_of_graphs_too_small_to_be_made_coarser() -> None:
    """METIS by itself finds one and the same for each of eight seeds here."""
    made, chip = generated("grid", 800, 8, 0), small()
    hypergraph = coarsen(made.graph, chip, made.rates)
    plain = {metis(hypergraph, hypergraph.neurons, 6, 0.05, seed).tobytes() for seed in range(8)}
    found = [each.tolist() for each in different(hypergraph, hypergraph.neurons, 6, 0.05, range(8))]
    assert len(plain) < len(found) >= 6
    assert all(left != right for left, right in combinations(found, 2))
    for core_of in found:
        assert np.unique(core_of).tolist() == list(range(6))
        assert np.bincount(core_of, hypergraph.neurons).max() <= 1.12 * 800 / 6 + 8
    assert found == [each.tolist() for each in different(hypergraph, hypergraph.neurons, 6, 0.05, range(8))]


def test_two_units_for_each_core_are_enough() -> None:
    hypergraph = coarsen(chain(np.arange(6)), small())
    assert enough_units(hypergraph, 3)
    assert not enough_units(hypergraph, 4)


def test_heavy_vertices_get_parts_of_their_own_and_nothing_is_written(capfd: pytest.CaptureFixture[str]) -> None:
    """1,555 vertices of very different weight in 270 parts: METIS alone fills 74 and complains on stdout."""
    rng = np.random.default_rng(0)
    joined = csr_array((rng.random(30_000), rng.integers(0, 1555, (2, 30_000))), shape=(1555, 1555))
    links = csr_array(joined + joined.T)
    links.setdiag(0)
    links.eliminate_zeros()
    weights = np.rint(1000 * rng.lognormal(0, 2, 1555)).astype(np.int64) + 1
    parts = partition_graph(links, weights // 1000 + 1, 270, 0.03, 0)
    ctypes.CDLL(None).fflush(None)
    assert capfd.readouterr() == ("", "")
    assert np.unique(parts).size > 120
    heaviest = np.argsort(-weights)[:10]
    assert (np.bincount(parts)[parts[heaviest]] == 1).all()
