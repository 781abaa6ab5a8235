"""refine: units move between placed cores, so that messages travel few tiles."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.mapping.networks import generated, topologies
from compiler.analysis.traffic import traffic
from compiler.ir.graph import IntGraph
from compiler.ir.hypergraph import Hypergraph
from compiler.mapping.loads import loads
from compiler.mapping.partitioning import bound, improve as improve_module
from compiler.mapping.partitioning.first_fit import first_fit
from compiler.mapping.partitioning.striped import striped
from compiler.mapping.state import ChipMapping, hops, on_one_core, unplaced
from compiler.passes import refine as refine_module
from compiler.passes.coarsen import coarsen
from compiler.passes.partition import partition
from compiler.passes.place import place
from compiler.passes.refine import MORE, refine
from targets.contracts.chip import ChipSpec
from targets.contracts.errors import InputError
from targets.program.usage import usage
from tests.compiler.layers import layers
from tests.compiler.mapped import assembled, chain, neurons, on_cores, small


def columns(mapping: ChipMapping) -> list[int]:
    """Where the motifs of a row of cores are."""
    return mapping.tiles[mapping.core_of, 0].tolist()


def refined(graph: IntGraph, mapping: ChipMapping, chip: ChipSpec) -> ChipMapping:
    return refine(coarsen(graph, chip), mapping, chip)


def placed(hypergraph: Hypergraph, chip: ChipSpec, seed: int = 0) -> ChipMapping:
    return place(hypergraph, partition(hypergraph, on_one_core(hypergraph, chip), chip, seed), chip, seed)


@pytest.mark.parametrize("cores", [(0, 0, 2, 1, 1, 2), (2, 0, 0, 1, 1, 2), (0, 1, 2, 0, 1, 2)])
def test_a_chain_in_a_row_of_full_cores_is_put_in_order(cores: tuple[int, ...]) -> None:
    """Six motifs, two on each of three cores: two spikes travel a tile each, and no order has less."""
    chip, graph = small(neurons_per_core=4, cores=3, cores_per_tile=1, tiles_x=3), chain(np.arange(6))
    found = columns(refined(graph, on_cores(graph, chip, *cores), chip))
    assert found in ([0, 0, 1, 1, 2, 2], [2, 2, 1, 1, 0, 0])


def test_every_core_has_a_tile_and_a_motif() -> None:
    """All four motifs would fit the first core, and no spike would travel; but no core is emptied by moves."""
    chip, graph = small(neurons_per_core=8, cores=3, cores_per_tile=1, tiles_x=3), chain(np.arange(4))
    found = refined(graph, on_cores(graph, chip, 0, 1, 1, 2), chip)
    assert found.cores == len(set(columns(found)))
    assert found.cores in (2, 3)


def test_what_cannot_be_shortened_is_returned_itself() -> None:
    chip = small(neurons_per_core=4, cores=3, cores_per_tile=1, tiles_x=3)
    graph = chain(np.arange(6))
    best = on_cores(graph, chip, 0, 0, 1, 1, 2, 2)
    for mapping in (best, replace(best, tiles=np.zeros((3, 2), np.int32))):
        assert refined(graph, mapping, chip) is mapping


@pytest.mark.parametrize("start", ["scattered", "partition"])
def test_more_cores_than_the_chip_has_are_left_to_check(start: str) -> None:
    """Cores below the mesh: nothing is placed anew, motifs may still move."""
    chip = small(neurons_per_core=4, cores=2, cores_per_tile=1, tiles_x=2)
    graph = chain(np.arange(6))
    hypergraph = coarsen(graph, chip)
    given = placed(hypergraph, chip)
    if start == "scattered":
        given = place(hypergraph, on_cores(graph, chip, 0, 1, 2, 0, 1, 2), chip)
    found = refine(hypergraph, given, chip)
    assert found.tiles.tolist() == given.tiles.tolist()
    assert hops(hypergraph, found) <= hops(hypergraph, given)


@pytest.mark.slow
@pytest.mark.parametrize("topology", topologies())
@pytest.mark.parametrize("seed", range(2))
def test_hops_fall_and_every_limit_is_kept(topology: str, seed: int) -> None:
    made = generated(topology, 600, 4, seed)
    chip = small(neurons_per_core=100, axons_in_per_core=900, axons_out_per_core=700, cores_per_tile=1, tiles_x=3)
    hypergraph = coarsen(made.graph, chip, made.rates)
    given = placed(hypergraph, chip, seed)
    found = refine(hypergraph, given, chip, seed)
    assert found.cores <= given.cores
    assert len(np.unique(found.tiles, axis=0)) == found.cores
    before, after = (traffic(made.graph, hypergraph.of_neurons(each.core_of), made.rates) for each in (given, found))
    assert after.hops(found.tiles) < before.hops(given.tiles) or found is given
    index = loads(hypergraph, first_fit(hypergraph, chip), chip)
    assert after.messages <= max(before.messages, index.messages) * (1 + 1e-9)
    for core in usage(assembled(made.graph, found, chip), chip):
        assert core.neurons <= 100
        assert core.axons_in <= 900
        assert core.axons_out <= 700
        assert core.synapse_bytes <= chip.synapse_bytes_per_core.value
    for values in neurons(made.graph, found, chip).values():
        together = values.reshape(-1, 4)
        assert (together == together[:, :1]).all()


@pytest.mark.slow
@pytest.mark.parametrize("topology", ["grid", "modular"])
def test_cores_that_share_a_tile_are_kept_apart_too(topology: str) -> None:
    """A message between cores of one tile travels no tile, and yet is one."""
    made = generated(topology, 800, 4, 0)
    chip = small(neurons_per_core=64, cores_per_tile=4)
    hypergraph = coarsen(made.graph, chip, made.rates)
    given = placed(hypergraph, chip)
    found = refine(hypergraph, given, chip, more=0.1)
    assert hops(hypergraph, found) < 0.9 * hops(hypergraph, given)
    assert found.loads.messages < 1.1 * given.loads.messages
    assert np.unique(found.tiles, axis=0, return_counts=True)[1].max() <= 4


@pytest.mark.slow
def test_messages_rise_by_five_percent_at_most_unless_more_is_allowed() -> None:
    made, chip = generated("random", 400, 4, 0), small(neurons_per_core=60, cores_per_tile=1, tiles_x=3)
    hypergraph = coarsen(made.graph, chip, made.rates)
    given = placed(hypergraph, chip)
    usual, told = (refine(hypergraph, given, chip, more=more) for more in (None, 1.0))
    assert usual.loads.messages <= (1 + MORE) * given.loads.messages
    assert told.loads.messages > (1 + MORE) * given.loads.messages
    assert hops(hypergraph, told) < hops(hypergraph, usual) <= hops(hypergraph, given)
    assert refine(hypergraph, given, chip, more=0.0).loads.messages <= given.loads.messages


@pytest.mark.parametrize("more", [-0.1, float("nan")])
def test_no_share_of_messages_is_refused(more: float) -> None:
    chip, graph = small(neurons_per_core=4, cores=3, cores_per_tile=1, tiles_x=3), chain(np.arange(6))
    said = f"refine was told to add a share of {more} of the messages; that must be a number from 0 on"
    with pytest.raises(InputError, match=said):
        refine(coarsen(graph, chip), on_cores(graph, chip, 0, 0, 1, 1, 2, 2), chip, more=more)


def test_a_mapping_that_breaks_a_limit_is_left_as_it_is() -> None:
    chip, graph = small(neurons_per_core=3, cores=3, cores_per_tile=1, tiles_x=3), chain(np.arange(6))
    mapping = on_cores(graph, chip, 2, 0, 0, 1, 1, 2)
    assert refined(graph, mapping, chip) is mapping


@pytest.mark.slow
def test_split_motifs_stay_split() -> None:
    made = generated("ring", 480, 12, 0)
    chip = small(neurons_per_core=10, cores_per_tile=1, tiles_x=8)
    hypergraph = coarsen(made.graph, chip, made.rates)
    found = refine(hypergraph, placed(hypergraph, chip), chip)
    assert hypergraph.split["motifs"].tolist() == list(range(40))
    assert max(core.neurons for core in usage(assembled(made.graph, found, chip), chip)) <= 10


def test_dense_layers_and_what_sends_nothing_are_left_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between dense layers every core hears all others wherever a unit is; from inputs alone nothing travels."""
    monkeypatch.setattr(refine_module, "improve", None)
    monkeypatch.setattr(bound, "_LARGE", 1)
    chip = small(neurons_per_core=10)
    for graph in (layers(1, 10, 90), layers(20, 100)):
        hypergraph = coarsen(graph, chip)
        mapping = place(hypergraph, unplaced(hypergraph, striped(hypergraph, 10), chip), chip)
        assert refine(hypergraph, mapping, chip) is mapping


def test_what_is_too_large_for_tables_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(improve_module, "_TABLE", 0)
    chip, graph = small(neurons_per_core=4, cores=3, cores_per_tile=1, tiles_x=3), chain(np.arange(6))
    mapping = on_cores(graph, chip, 2, 0, 0, 1, 1, 2)
    assert refined(graph, mapping, chip) is mapping


@pytest.mark.slow
def test_the_same_seed_gives_the_same_mapping() -> None:
    made = generated("grid", 600, 4, 0)
    chip = small(neurons_per_core=100, cores_per_tile=1, tiles_x=3)
    hypergraph = coarsen(made.graph, chip, made.rates)
    scattered = place(hypergraph, unplaced(hypergraph, np.arange(150) % 6, chip), chip)
    once, again = (refine(hypergraph, scattered, chip, 3) for _ in range(2))
    assert once.core_of.tolist() == again.core_of.tolist()
    assert once.tiles.tolist() == again.tiles.tolist()
    assert once.core_of.tolist() != scattered.core_of.tolist()


def test_refine_golden(golden: Callable[[str, str], None]) -> None:
    chip, graph = small(neurons_per_core=4, cores=3, cores_per_tile=1, tiles_x=3), chain(np.arange(6))
    found = columns(refined(graph, on_cores(graph, chip, 2, 0, 0, 1, 1, 2), chip))
    golden("refine.txt", "".join(f"motif {motif}: column {column}\n" for motif, column in enumerate(found)))
