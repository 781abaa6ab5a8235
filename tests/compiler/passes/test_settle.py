"""settle: motifs move between cores that have their places, so that spikes travel few tiles."""

from collections.abc import Callable

import numpy as np
import pytest

from compiler.assemble import assemble
from compiler.bench.networks import generated, topologies
from compiler.mapping import Partition, Placement
from compiler.passes.partition import partition
from compiler.passes.place import place
from compiler.passes.settle import settle
from compiler.traffic import traffic
from targets.usage import usage
from tests.compiler.mapped import chain, small

ROW = Placement(np.array([[0, 0], [1, 0], [2, 0]], np.int32))


def of_motifs(*cores: int) -> Partition:
    return Partition({"motifs": np.repeat(cores, 2)})


def motifs(cut: Partition) -> list[int]:
    return cut.core_of["motifs"][::2].tolist()


def test_motifs_change_places_where_cores_are_full() -> None:
    """A chain of six motifs in a row of three cores, two on each: the third and the fifth are on the wrong ones."""
    chip = small(neurons_per_core=4, cores=3, cores_per_tile=1, tiles_x=3)
    settled = settle(chain(np.arange(6)), of_motifs(0, 0, 2, 1, 1, 2), ROW, chip)
    assert motifs(settled) in ([0, 0, 1, 1, 2, 2], [2, 2, 1, 1, 0, 0])


def test_cores_stay_where_they_are_and_none_is_emptied() -> None:
    """All four motifs would fit the first core, and no spike would travel."""
    chip = small(neurons_per_core=8, cores=3, cores_per_tile=1, tiles_x=3)
    settled = settle(chain(np.arange(4)), of_motifs(0, 1, 1, 2), ROW, chip)
    assert sorted(set(motifs(settled))) == [0, 1, 2]


def test_what_cannot_be_shortened_is_returned_itself() -> None:
    chip = small(neurons_per_core=4, cores=3, cores_per_tile=1, tiles_x=3)
    graph, best = chain(np.arange(6)), of_motifs(0, 0, 1, 1, 2, 2)
    assert settle(graph, best, ROW, chip) is best
    assert settle(graph, best, Placement(np.zeros((3, 2), np.int32)), chip) is best


@pytest.mark.parametrize("topology", topologies())
@pytest.mark.parametrize("seed", range(2))
def test_hops_fall_and_every_limit_is_kept(topology: str, seed: int) -> None:
    made = generated(topology, 600, 4, seed)
    chip = small(neurons_per_core=100, axons_in_per_core=900, axons_out_per_core=700, cores_per_tile=1, tiles_x=3)
    cut = partition(made.graph, chip, seed, made.rates)
    placed = place(made.graph, cut, chip, seed, made.rates)
    settled = settle(made.graph, cut, placed, chip, seed, made.rates)
    assert settled.cores == cut.cores
    before, after = (traffic(made.graph, each, made.rates).hops(placed) for each in (cut, settled))
    assert after < before or settled is cut
    for core in usage(assemble(made.graph, settled, placed, chip, {}), chip):
        assert core.neurons <= 100
        assert core.axons_in <= 900
        assert core.axons_out <= 700
        assert core.synapse_bytes <= chip.synapse_bytes_per_core.value
    for values in settled.core_of.values():
        together = values.reshape(-1, 4)
        assert (together == together[:, :1]).all()


def test_the_same_seed_gives_the_same_cut() -> None:
    made = generated("grid", 600, 4, 0)
    chip = small(neurons_per_core=100, cores_per_tile=1, tiles_x=3)
    scattered = Partition({"motifs": np.repeat(np.arange(150) % 6, 4)})
    placed = place(made.graph, scattered, chip, 0, made.rates)
    once, again = (settle(made.graph, scattered, placed, chip, 3, made.rates).core_of["motifs"] for _ in range(2))
    assert once.tolist() == again.tolist()
    assert once.tolist() != scattered.core_of["motifs"].tolist()


def test_settle_golden(golden: Callable[[str, str], None]) -> None:
    chip = small(neurons_per_core=4, cores=3, cores_per_tile=1, tiles_x=3)
    settled = settle(chain(np.arange(6)), of_motifs(2, 0, 0, 1, 1, 2), ROW, chip)
    golden("settle.txt", "".join(f"motif {motif}: core {core}\n" for motif, core in enumerate(motifs(settled))))
