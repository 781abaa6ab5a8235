"""place: cores get tiles of the mesh, near those they talk to."""

import itertools
from collections.abc import Callable

import numpy as np
import pytest

from compiler.mapping import Partition, Placement
from compiler.passes.place import place
from compiler.traffic import traffic
from tests.compiler.mapped import chain, small


def one_core_each(motifs: int) -> Partition:
    return Partition({"motifs": np.repeat(np.arange(motifs), 2)})


@pytest.mark.parametrize("seed", range(3))
def test_a_shuffled_chain_of_cores_is_laid_out_as_a_chain(seed: int) -> None:
    """Eight cores in a chain on a mesh of 4 x 2: a snake has one hop per link, and nothing is shorter."""
    graph = chain(np.random.default_rng(seed).permutation(8))
    cut = one_core_each(8)
    placed = place(graph, cut, small(cores=8, cores_per_tile=1, tiles_x=4), seed)
    assert sorted(placed.tiles.tolist()) == [[x, y] for x in range(4) for y in range(2)]
    sent = traffic(graph, cut)
    assert sent.hops(placed) == pytest.approx(sent.between.sum())


@pytest.mark.parametrize("seed", range(4))
def test_small_meshes_are_placed_optimally(seed: int) -> None:
    rng = np.random.default_rng(seed)
    graph, cut = chain(rng.permutation(6), extra=rng.integers(0, 6, (8, 2))), one_core_each(6)
    chip = small(cores=6, cores_per_tile=1, tiles_x=3)
    sent = traffic(graph, cut)
    tiles = np.array([chip.position(slot) for slot in range(6)])
    least = min(sent.hops(Placement(tiles[list(order)])) for order in itertools.permutations(range(6)))
    assert sent.hops(place(graph, cut, chip, seed)) == pytest.approx(least)


@pytest.mark.parametrize("seed", range(3))
def test_no_tile_holds_more_cores_than_it_can_and_none_lies_outside_the_chip(seed: int) -> None:
    chip = small(cores=24, cores_per_tile=2, tiles_x=4)
    placed = place(chain(np.random.default_rng(seed).permutation(20)), one_core_each(20), chip, seed)
    tiles, held = np.unique(placed.tiles, axis=0, return_counts=True)
    assert held.max() <= 2
    assert (tiles >= 0).all()
    assert (tiles < [4, 3]).all()


def test_cores_that_talk_most_share_a_tile() -> None:
    """A chain of four cores of which the first and third spike much: the link in the middle is the one to stretch."""
    graph = chain(np.arange(4))
    rates = {"outside": np.zeros(1), "motifs": np.repeat([1.0, 0.01, 1.0, 0.01], 2)}
    placed = place(graph, one_core_each(4), small(cores=4, cores_per_tile=2, tiles_x=2), 0, rates).tiles.tolist()
    assert placed[0] == placed[1]
    assert placed[2] == placed[3]


def test_more_cores_than_the_chip_has_are_placed_below_it() -> None:
    placed = place(chain(np.arange(6)), one_core_each(6), small(cores=4, cores_per_tile=1, tiles_x=2))
    assert len({tuple(tile) for tile in placed.tiles.tolist()}) == 6


def test_above_512_places_windows_of_the_mesh_are_improved() -> None:
    graph, cut = chain(np.random.default_rng(0).permutation(600)), one_core_each(600)
    chip = small(cores=600, cores_per_tile=1, tiles_x=30)
    placed = place(graph, cut, chip)
    assert len({tuple(tile) for tile in placed.tiles.tolist()}) == 600
    row_major = Placement(np.array([chip.position(core) for core in range(600)]))
    sent = traffic(graph, cut)
    assert sent.hops(placed) < 0.2 * sent.hops(row_major)


def test_traffic_counts_a_spike_once_per_core_that_listens() -> None:
    """Motif 0 is heard by motifs 1 and 2 with both neurons of each; motif 2 shares a core with motif 0."""
    graph = chain(np.arange(3), extra=np.array([[0, 2]]))
    rates = {"outside": np.array([0.5]), "motifs": np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6])}
    sent = traffic(graph, Partition({"motifs": np.array([0, 0, 1, 1, 0, 0])}), rates)
    np.testing.assert_allclose(sent.between, [[0, 0.3], [0.7, 0]])
    np.testing.assert_allclose(sent.inputs, [0.5, 0.5])
    assert sent.messages == pytest.approx(2.0)
    assert sent.hops(Placement(np.array([[0, 0], [2, 1]]))) == pytest.approx(3.0)


def test_place_golden(golden: Callable[[str, str], None]) -> None:
    graph = chain(np.array([0, 5, 2, 4, 1, 3]))
    placed = place(graph, one_core_each(6), small(cores=6, cores_per_tile=1, tiles_x=3))
    golden("place.txt", "\n".join(f"core {core}: {x} {y}" for core, (x, y) in enumerate(placed.tiles.tolist())) + "\n")
