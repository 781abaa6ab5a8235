"""partition: an IntGraph is cut into cores, between motifs."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from compiler.assemble import assemble
from compiler.frontends.network import lower
from compiler.ir import IntGraph
from compiler.passes.fold import fold
from compiler.passes.partition import partition
from compiler.passes.place import place
from compiler.passes.quantize import quantize
from compiler.pipeline import compile_network
from compiler.text import text
from targets.chip import ChipSpec, Limit, chip_named
from targets.usage import usage
from tests.networks import random_network, tiny_network

LOIHI1 = chip_named("loihi1")


def small(**limits: int) -> ChipSpec:
    """loihi1 with some limits lowered."""
    chip = LOIHI1
    for name, value in limits.items():
        changed: dict[str, Any] = {name: Limit(value, "units", "this test")}
        chip = replace(chip, **changed)
    return chip


def graph(seed: int) -> IntGraph:
    return quantize(fold(lower(random_network(seed))), LOIHI1)


@pytest.mark.parametrize(
    ("limit", "field"),
    [
        ({"neurons_per_core": 9}, "neurons"),
        ({"synapse_bytes_per_core": 600}, "synapse_bytes"),
        ({"axons_in_per_core": 28}, "axons_in"),
        ({"decay_profiles_per_core": 8}, "decay_profiles"),
        ({"threshold_profiles_per_core": 1}, "threshold_profiles"),
    ],
)
@pytest.mark.parametrize("seed", range(3))
def test_every_core_keeps_the_limit_and_no_motif_is_split(limit: dict[str, int], field: str, seed: int) -> None:
    chip = small(**limit)
    integers = graph(seed)
    cut = partition(integers, chip)
    assert cut.cores > 1
    for population in integers.populations:
        motifs = cut.core_of[population.name].reshape(-1, population.motif_size)
        assert (motifs == motifs[:, :1]).all()
        assert (np.diff(motifs[:, 0]) >= 0).all()
    program = assemble(integers, cut, place(cut, chip), chip, {})
    assert max(getattr(core, field) for core in usage(program, chip)) <= next(iter(limit.values()))


def test_one_core_suffices_for_a_small_network() -> None:
    assert partition(graph(0), LOIHI1).cores == 1


def test_a_motif_too_large_for_a_core_gets_one_to_itself() -> None:
    cut = partition(graph(0), small(neurons_per_core=3))
    assert cut.cores == 6 + 1  # six motifs of four neurons, then three readout neurons together
    assert np.bincount(cut.core_of["hidden"]).tolist() == [4] * 6


def test_placement_is_row_major_with_full_tiles() -> None:
    chip = small(neurons_per_core=4, cores_per_tile=2, tiles_x=2)
    cut = partition(graph(0), chip)
    assert place(cut, chip).tiles.tolist() == [[0, 0], [0, 0], [1, 0], [1, 0], [0, 1], [0, 1], [1, 1]]


def test_partition_and_place_golden(golden: Callable[[str, str], None]) -> None:
    golden("program.txt", text(compile_network(tiny_network(), small(neurons_per_core=2))))
