"""place: cores get tiles of the mesh, near those they talk to."""

import collections
import itertools
import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from compiler.analysis.traffic import Traffic, traffic
from compiler.ir.graph import IntGraph
from compiler.mapping.state import ChipMapping
from compiler.passes import place as place_module
from compiler.passes.coarsen import coarsen
from compiler.passes.place import place
from targets.contracts.chip import ChipSpec
from tests.compiler.mapped import Rates, chain, neurons, on_cores, placed as placed_from, small, system


def placed(graph: IntGraph, chip: ChipSpec, seed: int = 0, rates: Rates = None) -> ChipMapping:
    """One core for each motif, placed."""
    start = on_cores(graph, chip, *range(graph.populations[0].neurons // 2))
    return place(coarsen(graph, chip, rates), start, chip, seed)


def sent_between(graph: IntGraph, chip: ChipSpec) -> Traffic:
    """Traffic where every motif has a core."""
    motifs = graph.populations[0].neurons // 2
    return traffic(graph, neurons(graph, on_cores(graph, chip, *range(motifs)), chip))


@pytest.mark.parametrize("seed", range(3))
def test_a_shuffled_chain_of_cores_is_laid_out_as_a_chain(seed: int) -> None:
    """Eight cores in a chain on a mesh of 4 x 2: a snake has one hop per link, and nothing is shorter."""
    graph = chain(np.random.default_rng(seed).permutation(8))
    chip = small(cores=8, cores_per_tile=1, tiles_x=4)
    found = placed(graph, chip, seed)
    assert sorted(found.tiles.tolist()) == [[x, y] for x in range(4) for y in range(2)]
    sent = sent_between(graph, chip)
    assert sent.hops(found.tiles) == pytest.approx(sent.between.sum())


@pytest.mark.parametrize("seed", range(4))
def test_small_meshes_are_placed_optimally(seed: int) -> None:
    rng = np.random.default_rng(seed)
    graph = chain(rng.permutation(6), extra=rng.integers(0, 6, (8, 2)))
    chip = small(cores=6, cores_per_tile=1, tiles_x=3)
    sent = sent_between(graph, chip)
    tiles = np.array([chip.position(slot) for slot in range(6)])
    least = min(sent.hops(tiles[list(order)]) for order in itertools.permutations(range(6)))
    assert sent.hops(placed(graph, chip, seed).tiles) == pytest.approx(least)


@pytest.mark.parametrize("seed", range(3))
def test_no_tile_holds_more_cores_than_it_can_and_none_lies_outside_the_chip(seed: int) -> None:
    chip = small(cores=24, cores_per_tile=2, tiles_x=4)
    found = placed(chain(np.random.default_rng(seed).permutation(20)), chip, seed)
    tiles, held = np.unique(found.tiles, axis=0, return_counts=True)
    assert held.max() <= 2
    assert (tiles >= 0).all()
    assert (tiles < [4, 3]).all()


def test_cores_that_talk_most_share_a_tile() -> None:
    """A chain of four cores of which the first and third spike much: the link in the middle is the one to stretch."""
    graph = chain(np.arange(4))
    rates = {"outside": np.zeros(1), "motifs": np.repeat([1.0, 0.01, 1.0, 0.01], 2)}
    found = placed(graph, small(cores=4, cores_per_tile=2, tiles_x=2), 0, rates).tiles.tolist()
    assert found[0] == found[1]
    assert found[2] == found[3]


def test_more_cores_than_the_system_has_are_placed_below_it() -> None:
    chip = system(cores=1, tiles_x=1)
    found = placed(chain(np.arange(6)), chip)
    assert sorted(found.tiles.tolist()) == [[x, y] for x in range(2) for y in range(3)]
    assert [chip.chip_at(*tile) for tile in found.tiles.tolist()].count(-1) == 2


@pytest.mark.parametrize(("neurons_per_core", "kept"), [(4, False), (3, True), (2, True)])
def test_a_mapping_that_breaks_a_limit_is_returned_as_it_is(neurons_per_core: int, kept: bool) -> None:
    """Three cores of four neurons, in an order that a placement changes."""
    graph = chain(np.array([0, 4, 2, 1, 5, 3]))
    chip = small(cores=3, cores_per_tile=1, tiles_x=3, neurons_per_core=neurons_per_core)
    start = on_cores(graph, chip, 0, 1, 2, 0, 1, 2)
    assert (placed_from(graph, start, chip) is start) == kept


def test_a_system_that_is_full_is_placed_and_one_core_more_is_returned_as_it_is() -> None:
    graph = chain(np.array([0, 2, 1]))
    for cores, kept in ((3, False), (2, True)):
        chip = small(cores=cores, cores_per_tile=1, tiles_x=cores, chips=1, chips_x=1)
        start = on_cores(graph, chip, 0, 1, 2)
        assert (placed_from(graph, start, chip) is start) == kept


def test_chips_of_one_core_hold_one_each() -> None:
    """Four chips of a tile: the cores of a chip share it, and there are more cores than one chip has."""
    found = placed(chain(np.arange(4)), system(cores=1, tiles_x=1))
    assert sorted(found.tiles.tolist()) == [[0, 0], [0, 1], [1, 0], [1, 1]]


def test_the_seed_is_0_where_none_is_given() -> None:
    graph, chip = chain(np.random.default_rng(5).permutation(8)), small(cores=8, cores_per_tile=1, tiles_x=4)
    hypergraph, start = coarsen(graph, chip), on_cores(graph, chip, *range(8))
    assert place(hypergraph, start, chip).tiles.tolist() == place(hypergraph, start, chip, 0).tiles.tolist()


def test_cores_of_one_tile_need_no_search() -> None:
    graph = chain(np.arange(3))
    assert placed(graph, small(cores=3, cores_per_tile=3, tiles_x=1)).tiles.tolist() == [[0, 0]] * 3


@pytest.mark.slow
@pytest.mark.parametrize("cores", [7, 17, 24])
@pytest.mark.parametrize(("per_tile", "width"), [(1, 2), (2, 2), (4, 3)])
def test_on_several_chips_every_core_has_a_place_of_its_own(cores: int, per_tile: int, width: int) -> None:
    """On as few chips as hold them, no tile with more cores than it has."""
    seed = cores
    chip = system(cores_per_tile=per_tile, tiles_x=width)
    rng = np.random.default_rng(seed)
    graph = chain(rng.permutation(cores), extra=rng.integers(0, cores, (cores, 2)))
    found = placed(graph, chip, seed)
    held = collections.Counter(map(tuple, found.tiles.tolist()))
    assert all(count <= chip.cores_at(*tile) for tile, count in held.items())
    assert len({chip.chip_at(*tile) for tile in held}) == math.ceil(cores / 6)


def test_the_same_seed_gives_the_same_places_on_several_chips() -> None:
    graph = chain(np.random.default_rng(0).permutation(10))
    once, again = (placed(graph, system(), 3).tiles.tolist() for _ in range(2))
    assert once == again


def test_without_traffic_several_chips_are_filled() -> None:
    graph = replace(chain(np.arange(10)), projections=())
    found = placed(graph, system())
    assert len({tuple(tile) for tile in found.tiles.tolist()}) == 10


@pytest.mark.parametrize("seed", range(3))
def test_cores_that_talk_much_share_a_chip(seed: int) -> None:
    """Four rings of six cores in mixed order, joined by one weak link each: every ring has a chip to itself."""
    order = np.random.default_rng(seed).permutation(24)
    rings = order.reshape(4, 6)
    links = np.stack([rings, np.roll(rings, -1, axis=1)], axis=2).reshape(-1, 2)
    graph, chip = chain(order, extra=np.concatenate([links, links])), system()
    rates = np.ones((24, 2))
    rates[rings[:, -1]] = 0.1
    found = placed(graph, chip, seed, {"outside": np.zeros(1), "motifs": rates.ravel()})
    chips = np.array([chip.chip_at(*tile) for tile in found.tiles.tolist()])
    assert [len(set(chips[ring])) for ring in rings] == [1, 1, 1, 1]
    assert len(set(chips)) == 4


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_a_chain_is_laid_across_chips_nearly_without_detours(seed: int) -> None:
    """Ninety cores in a row on four chips of 5 x 5: 89 hops are the least, and a random layout needs over 500."""
    chip = system(cores=25, tiles_x=5)
    graph = chain(np.random.default_rng(seed).permutation(90))
    sent = sent_between(graph, chip)
    assert sent.hops(placed(graph, chip, seed).tiles) < 1.3 * sent.between.sum()


@pytest.mark.slow
def test_where_chips_are_too_many_for_one_search_windows_of_them_are_improved(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ninety cores on four chips of 25 places, of which 32 instead of 512 are looked at together."""
    monkeypatch.setattr("compiler.mapping.placement.local_search.WINDOW", 32)
    chip = system(cores=25, tiles_x=5)
    graph = chain(np.random.default_rng(0).permutation(90))
    found = placed(graph, chip)
    assert len({tuple(tile) for tile in found.tiles.tolist()}) == 90
    sent = sent_between(graph, chip)
    assert sent.hops(found.tiles) < 1.3 * sent.between.sum()


@pytest.mark.slow
def test_above_512_places_windows_of_the_mesh_are_improved() -> None:
    graph = chain(np.random.default_rng(0).permutation(600))
    chip = small(cores=600, cores_per_tile=1, tiles_x=30)
    found = placed(graph, chip)
    assert len({tuple(tile) for tile in found.tiles.tolist()}) == 600
    row_major = np.array([chip.position(core) for core in range(600)])
    sent = sent_between(graph, chip)
    assert sent.hops(found.tiles) < 0.2 * sent.hops(row_major)


def test_place_golden(golden: Callable[[str, str], None]) -> None:
    graph = chain(np.array([0, 5, 2, 4, 1, 3]))
    found = placed(graph, small(cores=6, cores_per_tile=1, tiles_x=3))
    golden("place.txt", "\n".join(f"core {core}: {x} {y}" for core, (x, y) in enumerate(found.tiles.tolist())) + "\n")


@pytest.mark.parametrize(("farther", "taken"), [(1.04, "together"), (1.06, "apart")])
@pytest.mark.parametrize("first", ["together", "apart"])
def test_fewer_messages_between_chips_are_worth_five_percent_of_the_way(
    first: str, farther: float, taken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A chain of eight cores, of which six are on one chip and two on the next, or every other one on each."""
    slot_of = {"together": np.arange(12), "apart": np.r_[0:12:6, 1:12:6, 2:12:6, 3:12:6, 4:12:6, 5:12:6]}
    way = {tuple(slot_of["together"]): farther, tuple(slot_of["apart"]): 1.0}
    found = iter([slot_of[first], *(slot_of[name] for name in slot_of if name != first)])
    monkeypatch.setattr(place_module, "search_chips", lambda traffic, slots, start, *_: start)
    monkeypatch.setattr(place_module, "local_search", lambda *_: next(found))
    monkeypatch.setattr(place_module, "assignment_cost", lambda traffic, slots, slot_of: way[tuple(slot_of)])
    tiles = placed(chain(np.arange(8)), system()).tiles
    on_first = [(x < 2 and y < 3) for x, y in tiles.tolist()]
    assert on_first == ([True] * 6 + [False] * 2 if taken == "together" else [True, False] * 4)
