"""partition: units get cores, whole motifs together, so that few messages go from core to core."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.mapping.networks import generated, topologies
from benchmarks.mapping.unseen.networks import CLUSTERED, UNIFORM, Unseen, network
from compiler.analysis.traffic import traffic
from compiler.ir.graph import IntGraph
from compiler.mapping.loads import loads
from compiler.mapping.partitioning import improve as improve_module, regions
from compiler.mapping.partitioning.by_size import by_size
from compiler.mapping.partitioning.first_fit import first_fit
from compiler.mapping.partitioning.improve import BEARABLE, improve, uniform_price
from compiler.mapping.partitioning.weights import lumpy
from compiler.mapping.state import ChipMapping, on_one_core, unplaced
from compiler.passes import partition as partition_module
from compiler.passes.coarsen import coarsen
from compiler.passes.partition import partition
from compiler.passes.refine import refine
from compiler.pipeline import compile_network
from compiler.text import text
from targets.program.usage import CoreUsage, usage
from tests.compiler.layers import layers
from tests.compiler.mapped import assembled, chain, neurons, on_cores, partitioned, placed, small, varied
from tests.networks import tiny_network
from tests.seeds import seeds

LOIHI1 = small()


def used(graph: IntGraph, mapping: ChipMapping, **limits: int) -> tuple[CoreUsage, ...]:
    """What `targets.program.usage` counts on the cores of the assembled program."""
    chip = small(**limits)
    return usage(assembled(graph, mapping, chip), chip)


@pytest.mark.parametrize(
    ("limit", "field"),
    [
        ({"neurons_per_core": 9}, "neurons"),
        ({"synapse_bytes_per_core": 600}, "synapse_bytes"),
        ({"axons_in_per_core": 28}, "axons_in"),
        ({"axons_out_per_core": 30, "neurons_per_core": 9}, "axons_out"),
        ({"decay_profiles_per_core": 8}, "decay_profiles"),
        ({"threshold_profiles_per_core": 2}, "threshold_profiles"),
    ],
)
@pytest.mark.parametrize("seed", range(3))
def test_every_core_keeps_the_limit_and_no_motif_is_split(limit: dict[str, int], field: str, seed: int) -> None:
    integers = varied(seed)
    chip = small(**limit)
    mapping = partitioned(integers, chip)
    assert mapping.cores > 1
    assert not coarsen(integers, chip).split
    core_of = neurons(integers, mapping, chip)
    for population in integers.populations:
        motifs = core_of[population.name].reshape(-1, population.motif_size)
        assert (motifs == motifs[:, :1]).all()
    assert max(getattr(core, field) for core in used(integers, mapping, **limit)) <= next(iter(limit.values()))


@pytest.mark.slow
@pytest.mark.parametrize("topology", topologies())
@pytest.mark.parametrize("seed", seeds(2, 1))
def test_generated_networks_keep_every_limit_and_beat_index_order(topology: str, seed: int) -> None:
    made = generated(topology, 600, 4, seed)
    limits = {"neurons_per_core": 100, "axons_in_per_core": 900, "axons_out_per_core": 700}
    chip = small(**limits)
    mapping = partitioned(made.graph, chip, seed, made.rates)
    assert np.unique(mapping.core_of).tolist() == list(range(mapping.cores))
    for core in used(made.graph, mapping, **limits):
        assert core.neurons <= 100
        assert core.axons_in <= 900
        assert core.axons_out <= 700
        assert core.synapse_bytes <= chip.synapse_bytes_per_core.value
    hypergraph = coarsen(made.graph, chip, made.rates)
    index = loads(hypergraph, first_fit(hypergraph, chip), chip)
    sent = traffic(made.graph, hypergraph.of_neurons(mapping.core_of), made.rates)
    assert mapping.loads.messages == pytest.approx(sent.messages)
    assert index.overuse > 1 or sent.messages <= index.messages * (1 + 1e-9)
    assert index.overuse > 1 or mapping.cores <= max(index.cores + 1, 1.15 * index.cores)  # more where work is uneven


@pytest.mark.parametrize("seed", seeds(2, 1))
@pytest.mark.parametrize("topology", ["grid", "modular"])
def test_mappings_too_large_for_tables_are_improved_by_regions(
    topology: str, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = generated(topology, 1600, 4, seed)
    chip = small(neurons_per_core=100)
    hypergraph = coarsen(made.graph, chip, made.rates)
    index = loads(hypergraph, first_fit(hypergraph, chip), chip)
    monkeypatch.setattr(regions, "_CORES", 4)
    monkeypatch.setattr(partition_module, "_KAHYPAR", 0)  # as for a large network
    messages = {}
    for table in (0, max(hypergraph.nets, hypergraph.units) * index.cores - 1):
        monkeypatch.setattr(improve_module, "_TABLE", table)
        start = on_one_core(hypergraph, chip)
        once, again = (partition(hypergraph, start, chip, seed) for _ in range(2))
        assert once.loads.overuse <= 1
        assert again.core_of.tolist() == once.core_of.tolist()
        messages[table > 0] = once.loads.messages
    assert messages[True] < messages[False]


def test_two_cliques_in_mixed_order_are_found() -> None:
    """Eight motifs, even ones in one chain and odd ones in another, joined by one link: one pair of cores, 2 messages.

    Index order would divide three links twice over.
    """
    order = np.array([0, 2, 4, 6, 7, 5, 3, 1])
    mapping = partitioned(chain(order), small(neurons_per_core=8))
    assert mapping.core_of.tolist() == [0, 1, 0, 1, 0, 1, 0, 1]


@pytest.mark.parametrize("kept", [0, 1])
def test_without_messages_to_save_index_order_wins(kept: int) -> None:
    """No synapses at all, or none that a spike ever uses."""
    made = chain(np.arange(8))
    made = replace(made, projections=made.projections[:kept])
    mapping = partitioned(made, small(neurons_per_core=6), 0, {"outside": np.zeros(1), "motifs": np.zeros(16)})
    assert mapping.core_of.tolist() == [0, 0, 0, 1, 1, 1, 2, 2]


def test_rates_decide_where_a_chain_is_divided() -> None:
    """A chain of twenty in cores of up to twelve: it is divided behind the motif that spikes least."""
    for quiet in (8, 9, 10):
        rates = np.ones(40)
        rates[2 * quiet : 2 * quiet + 2] = 0.01
        mapping = partitioned(
            chain(np.arange(20)), small(neurons_per_core=24), 0, {"outside": np.zeros(1), "motifs": rates}
        )
        assert mapping.core_of.tolist() == [0] * (quiet + 1) + [1] * (19 - quiet)


def test_what_is_on_one_core_and_fits_is_returned_itself() -> None:
    hypergraph = coarsen(varied(0), LOIHI1)
    start = on_one_core(hypergraph, LOIHI1)
    assert partition(hypergraph, start, LOIHI1) is start


def test_a_better_mapping_than_all_others_is_returned_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two interleaved chains, one on each core, where moves find nothing and nobody else is asked."""
    monkeypatch.setattr(partition_module, "_partitioners", lambda hypergraph, cores: iter(()))
    monkeypatch.setattr(partition_module, "by_size", lambda *_: None)
    monkeypatch.setattr(partition_module, "improve", lambda hypergraph, core_of, *_, **__: core_of)
    graph, chip = chain(np.array([0, 2, 4, 6, 7, 5, 3, 1])), small(neurons_per_core=8)
    hypergraph = coarsen(graph, chip)
    best, worse = on_cores(graph, chip, 0, 1, 0, 1, 0, 1, 0, 1), on_cores(graph, chip, 0, 1, 1, 0, 0, 1, 1, 0)
    assert partition(hypergraph, best, chip) is best
    assert partition(hypergraph, worse, chip).core_of.tolist() == [0, 0, 0, 0, 1, 1, 1, 1]


def test_a_scattered_mapping_that_fits_one_core_is_gathered() -> None:
    graph = chain(np.arange(6))
    hypergraph = coarsen(graph, LOIHI1)
    assert partition(hypergraph, on_cores(graph, LOIHI1, 0, 1, 2, 0, 1, 2), LOIHI1).cores == 1


def test_one_core_suffices_for_a_small_network_and_no_partitioner_is_started() -> None:
    assert partitioned(varied(0), LOIHI1).cores == 1
    code = (
        "import sys; from compiler.pipeline import compile_network; from tests.networks import random_network;"
        "compile_network(random_network(0)); print(sorted({'mtkahypar', 'pymetis'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_motif_too_large_for_a_core_is_split_and_named() -> None:
    integers, chip = varied(0), small(neurons_per_core=3)
    mapping, split = partitioned(integers, chip), coarsen(integers, chip).split
    assert split["hidden"].tolist() == [0, 1, 2, 3, 4, 5]
    assert "answer" not in split
    assert mapping.cores == 9  # 24 neurons of motifs and 3 of the readout, three on each
    assert max(core.neurons for core in used(integers, mapping, neurons_per_core=3)) == 3


def test_a_neuron_too_large_for_a_core_is_left_to_check() -> None:
    mapping = partitioned(varied(0), small(axons_in_per_core=20))
    assert max(core.axons_in for core in used(varied(0), mapping, axons_in_per_core=20)) == 24


def test_a_network_that_no_mapping_fits_is_not_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    """One neuron listens to more than a core can; or all neurons need more cores than there are: index order."""
    monkeypatch.setattr(partition_module, "improve", None)
    monkeypatch.setattr(partition_module, "metis", None)
    wide, chip = layers(50, 40), small(axons_in_per_core=30)
    mapping = partitioned(wide, chip)
    assert mapping.core_of.tolist() == list(range(40))
    assert placed(wide, mapping, chip) is mapping
    assert mapping.loads.overuse > 1
    chips = small(neurons_per_core=4, chips=1, chips_x=1, cores=4)
    assert partitioned(layers(5, 40), chips).cores == 10


@pytest.mark.slow
def test_dense_layers_find_cores_that_all_limits_hold_on() -> None:
    """Each of 300 neurons reaches every core: only stripes of both layers keep output axons, on more cores."""
    graph = layers(20, 300, 200)
    chip = small(axons_out_per_core=320, synapse_bytes_per_core=16 * 1024, axons_in_per_core=1024)
    index = first_fit(coarsen(graph, chip), chip)
    assert loads(coarsen(graph, chip), index, chip).overuse > 1
    mapping = partitioned(graph, chip)
    assert mapping.loads.overuse <= 1


@pytest.mark.slow
@pytest.mark.parametrize("processors", [{0}, None])
def test_another_process_with_other_processors_gives_the_same_mapping(processors: set[int] | None) -> None:
    code = (
        "import os;"
        f"os.sched_setaffinity(0, {processors!r}) if {processors!r} else None;"
        "from benchmarks.mapping.networks import generated;"
        "from tests.compiler.mapped import partitioned, placed, small;"
        "made = generated('modular', 1200, 4, 5); chip = small(neurons_per_core=128);"
        "mapping = partitioned(made.graph, chip, 7, made.rates);"
        "print(mapping.core_of.tolist(), placed(made.graph, mapping, chip, 7, made.rates).tiles.tolist())"
    )
    if processors and not processors <= os.sched_getaffinity(0):
        pytest.skip("processor 0 is not ours to use")
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    made, chip = generated("modular", 1200, 4, 5), small(neurons_per_core=128)
    mapping = partitioned(made.graph, chip, 7, made.rates)
    tiles = placed(made.graph, mapping, chip, 7, made.rates).tiles
    assert f"{mapping.core_of.tolist()} {tiles.tolist()}" == other


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2))])
def test_clustered_work_is_spread_over_some_more_cores_where_that_saves_messages(seed: int) -> None:
    """A busy part of a ring has more work than a core's share, and gets more room."""
    made, chip = network(Unseen("ring", 4, CLUSTERED, "loihi1", seed, 1600)), small(neurons_per_core=100)
    hypergraph = coarsen(made.graph, chip, made.rates)
    index = unplaced(hypergraph, first_fit(hypergraph, chip), chip)
    found = partitioned(made.graph, chip, seed, made.rates)
    assert not lumpy(hypergraph, found.cores)
    assert index.loads.imbalance > 1.5, seed
    assert found.loads.imbalance <= BEARABLE + 1e-5, seed
    assert found.loads.overuse <= 1
    assert 16 <= found.cores <= 1.15 * 16


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2))])
def test_a_ring_is_never_sent_more_than_metis_by_size_sends(seed: int) -> None:
    """METIS finds the fewest cuts of a ring; moves of single motifs alone do not."""
    made, chip = network(Unseen("ring", 4, UNIFORM, "loihi1", seed, 800)), small(neurons_per_core=104)
    hypergraph = coarsen(made.graph, chip, made.rates)
    plain = by_size(hypergraph, unplaced(hypergraph, first_fit(hypergraph, chip), chip).loads, chip, seed)
    found = partitioned(made.graph, chip, seed, made.rates)
    assert plain is not None
    assert found.loads.messages <= plain.loads.messages * (1 + 1e-9), seed
    refined = refine(hypergraph, placed(made.graph, found, chip, seed, made.rates), chip, seed)
    assert refined.loads.messages <= plain.loads.messages * (1 + 1e-9), seed


def test_no_input_is_changed() -> None:
    made, chip = generated("grid", 400, 4), small(neurons_per_core=100)
    held = [projection.synapses.weights.copy() for projection in made.graph.projections]
    rates = {name: values.copy() for name, values in made.rates.items()}
    hypergraph = coarsen(made.graph, chip, made.rates)
    start = first_fit(hypergraph, chip)
    kept = start.copy()
    improve(hypergraph, start, uniform_price(int(start.max()) + 1), chip, 100, 0)
    partition(hypergraph, unplaced(hypergraph, start, chip), chip)
    assert (start == kept).all()
    for projection, before in zip(made.graph.projections, held, strict=True):
        assert (projection.synapses.weights == before).all()
    for name, values in rates.items():
        assert (made.rates[name] == values).all()


def test_program_golden(golden: Callable[[str, str], None]) -> None:
    golden("program.txt", text(compile_network(tiny_network(), small(neurons_per_core=2))))
