"""refine: motifs and tiles are chosen again, together, so that spikes travel few tiles."""

from collections.abc import Callable

import numpy as np
import pytest

from benchmarks.mapping.networks import generated, topologies
from compiler.assemble import assemble
from compiler.ir.graph import IntGraph
from compiler.mapping.partitioning import improve as improve_module
from compiler.mapping.partitioning.first_fit import first_fit
from compiler.mapping.partitioning.loads import loads
from compiler.mapping.state import Partition, Placement
from compiler.mapping.traffic import traffic
from compiler.passes.coarsen import coarsen
from compiler.passes.partition import partition
from compiler.passes.place import place
from compiler.passes.refine import refine
from targets.contracts.chip import ChipSpec
from targets.program.usage import usage
from tests.compiler.mapped import chain, small

ROW = Placement(np.array([[0, 0], [1, 0], [2, 0]], np.int32))


def of_motifs(*cores: int) -> Partition:
    return Partition({"motifs": np.repeat(cores, 2)})


def columns(cut: Partition, placed: Placement) -> list[int]:
    """Where the motifs of a row of cores are."""
    return placed.tiles[cut.core_of["motifs"][::2], 0].tolist()


def settled(graph: IntGraph, cut: Partition, placed: Placement, chip: ChipSpec) -> tuple[Partition, Placement]:
    return refine(coarsen(graph, chip), cut, placed, chip)


@pytest.mark.parametrize("cores", [(0, 0, 2, 1, 1, 2), (2, 0, 0, 1, 1, 2), (0, 1, 2, 0, 1, 2)])
def test_a_chain_in_a_row_of_full_cores_is_put_in_order(cores: tuple[int, ...]) -> None:
    """Six motifs, two on each of three cores: two spikes travel a tile each, and no order has less."""
    chip = small(neurons_per_core=4, cores=3, cores_per_tile=1, tiles_x=3)
    found = columns(*settled(chain(np.arange(6)), of_motifs(*cores), ROW, chip))
    assert found in ([0, 0, 1, 1, 2, 2], [2, 2, 1, 1, 0, 0])


def test_every_core_has_a_tile_and_a_motif() -> None:
    """All four motifs would fit the first core, and no spike would travel; but no core is emptied by moves."""
    chip = small(neurons_per_core=8, cores=3, cores_per_tile=1, tiles_x=3)
    cut, placed = settled(chain(np.arange(4)), of_motifs(0, 1, 1, 2), ROW, chip)
    assert cut.cores == len(placed.tiles) == len(set(columns(cut, placed)))
    assert cut.cores in (2, 3)


def test_what_cannot_be_shortened_is_returned_itself() -> None:
    chip = small(neurons_per_core=4, cores=3, cores_per_tile=1, tiles_x=3)
    graph, best, one_tile = chain(np.arange(6)), of_motifs(0, 0, 1, 1, 2, 2), Placement(np.zeros((3, 2), np.int32))
    for placed in (ROW, one_tile):
        cut, same = settled(graph, best, placed, chip)
        assert cut is best
        assert same is placed


@pytest.mark.parametrize("start", ["scattered", "partition"])
def test_more_cores_than_the_chip_has_are_left_to_check(start: str) -> None:
    """Cores below the mesh: nothing is placed anew, motifs may still move."""
    chip = small(neurons_per_core=4, cores=2, cores_per_tile=1, tiles_x=2)
    graph, cut = chain(np.arange(6)), of_motifs(0, 1, 2, 0, 1, 2)
    hypergraph = coarsen(graph, chip)
    if start == "partition":
        cut = partition(hypergraph, chip)
    placed = place(hypergraph, cut, chip)
    moved, same = refine(hypergraph, cut, placed, chip)
    assert same.tiles.tolist() == placed.tiles.tolist()
    assert traffic(graph, moved).hops(same) <= traffic(graph, cut).hops(placed)


@pytest.mark.slow
@pytest.mark.parametrize("topology", topologies())
@pytest.mark.parametrize("seed", range(2))
def test_hops_fall_and_every_limit_is_kept(topology: str, seed: int) -> None:
    made = generated(topology, 600, 4, seed)
    chip = small(neurons_per_core=100, axons_in_per_core=900, axons_out_per_core=700, cores_per_tile=1, tiles_x=3)
    hypergraph = coarsen(made.graph, chip, made.rates)
    cut = partition(hypergraph, chip, seed)
    placed = place(hypergraph, cut, chip, seed)
    moved, tiles = refine(hypergraph, cut, placed, chip, seed)
    assert moved.cores <= cut.cores
    assert len(np.unique(tiles.tiles, axis=0)) == len(tiles.tiles) == moved.cores
    before, after = traffic(made.graph, cut, made.rates), traffic(made.graph, moved, made.rates)
    assert after.hops(tiles) < before.hops(placed) or moved is cut
    index = loads(hypergraph, first_fit(hypergraph, chip), chip)
    assert after.messages <= max(before.messages, index.messages) * (1 + 1e-9)
    for core in usage(assemble(made.graph, moved, tiles, chip, {}), chip):
        assert core.neurons <= 100
        assert core.axons_in <= 900
        assert core.axons_out <= 700
        assert core.synapse_bytes <= chip.synapse_bytes_per_core.value
    for values in moved.core_of.values():
        together = values.reshape(-1, 4)
        assert (together == together[:, :1]).all()


@pytest.mark.slow
@pytest.mark.parametrize("topology", ["grid", "modular"])
def test_cores_that_share_a_tile_are_kept_apart_too(topology: str) -> None:
    """A message between cores of one tile travels no tile, and yet is one."""
    made = generated(topology, 800, 4, 0)
    chip = small(neurons_per_core=64, cores_per_tile=4)
    hypergraph = coarsen(made.graph, chip, made.rates)
    cut = partition(hypergraph, chip)
    placed = place(hypergraph, cut, chip)
    moved, tiles = refine(hypergraph, cut, placed, chip)
    before, after = traffic(made.graph, cut, made.rates), traffic(made.graph, moved, made.rates)
    assert after.hops(tiles) < 0.9 * before.hops(placed)
    assert after.messages < 1.1 * before.messages
    assert np.unique(tiles.tiles, axis=0, return_counts=True)[1].max() <= 4


def test_a_cut_that_breaks_a_limit_is_left_as_it_is() -> None:
    chip = small(neurons_per_core=3, cores=3, cores_per_tile=1, tiles_x=3)
    cut = of_motifs(2, 0, 0, 1, 1, 2)
    assert settled(chain(np.arange(6)), cut, ROW, chip)[0] is cut


@pytest.mark.slow
def test_split_motifs_stay_split() -> None:
    made = generated("ring", 480, 12, 0)
    chip = small(neurons_per_core=10, cores_per_tile=1, tiles_x=8)
    hypergraph = coarsen(made.graph, chip, made.rates)
    cut = partition(hypergraph, chip)
    moved, tiles = refine(hypergraph, cut, place(hypergraph, cut, chip), chip)
    assert moved.split["motifs"].tolist() == cut.split["motifs"].tolist() == list(range(40))
    assert max(core.neurons for core in usage(assemble(made.graph, moved, tiles, chip, {}), chip)) <= 10


def test_what_is_too_large_for_tables_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(improve_module, "_TABLE", 0)
    chip = small(neurons_per_core=4, cores=3, cores_per_tile=1, tiles_x=3)
    cut = of_motifs(2, 0, 0, 1, 1, 2)
    assert settled(chain(np.arange(6)), cut, ROW, chip) == (cut, ROW)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_mapping() -> None:
    made = generated("grid", 600, 4, 0)
    chip = small(neurons_per_core=100, cores_per_tile=1, tiles_x=3)
    hypergraph = coarsen(made.graph, chip, made.rates)
    scattered = Partition({"motifs": np.repeat(np.arange(150) % 6, 4)})
    placed = place(hypergraph, scattered, chip)
    once, again = (refine(hypergraph, scattered, placed, chip, 3) for _ in range(2))
    assert once[0].core_of["motifs"].tolist() == again[0].core_of["motifs"].tolist()
    assert once[1].tiles.tolist() == again[1].tiles.tolist()
    assert once[0].core_of["motifs"].tolist() != scattered.core_of["motifs"].tolist()


def test_settle_golden(golden: Callable[[str, str], None]) -> None:
    chip = small(neurons_per_core=4, cores=3, cores_per_tile=1, tiles_x=3)
    found = columns(*settled(chain(np.arange(6)), of_motifs(2, 0, 0, 1, 1, 2), ROW, chip))
    golden("refine.txt", "".join(f"motif {motif}: column {column}\n" for motif, column in enumerate(found)))
