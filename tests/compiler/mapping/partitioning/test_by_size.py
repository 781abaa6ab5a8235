"""by_size: METIS by size alone, within every limit and on few cores."""

import numpy as np
import pytest

from benchmarks.mapping.networks import generated
from compiler.mapping.loads import loads
from compiler.mapping.partitioning.by_size import by_size
from compiler.mapping.partitioning.first_fit import first_fit
from compiler.passes.coarsen import coarsen
from tests.compiler.mapped import chain, random_cores, small


@pytest.mark.parametrize("seed", range(3))
def test_every_limit_is_kept_on_no_more_cores_than_allowed(seed: int) -> None:
    made, chip = generated("modular", 800, 4, seed), small(neurons_per_core=100)
    hypergraph = coarsen(made.graph, chip, made.rates)
    index = loads(hypergraph, first_fit(hypergraph, chip), chip)
    found = by_size(hypergraph, index, chip, seed)
    assert found is None or (found.loads.overuse <= 1 and found.cores <= 1.05 * index.cores)
    roomy = small(neurons_per_core=110)
    index = loads(hypergraph, first_fit(hypergraph, roomy), roomy)
    found = by_size(hypergraph, index, roomy, seed)
    assert found is not None
    assert found.cores == 8
    assert found.loads.overuse <= 1
    anywhere = random_cores(hypergraph.units, 8, np.random.default_rng(seed))
    assert found.loads.messages < 0.9 * loads(hypergraph, anywhere, roomy).messages


def test_where_cores_hold_one_unit_there_is_none() -> None:
    chip = small(neurons_per_core=3)
    hypergraph = coarsen(chain(np.arange(6)), chip)
    assert by_size(hypergraph, loads(hypergraph, first_fit(hypergraph, chip), chip), chip, 0) is None


def test_it_is_worked_out_once_for_a_chip_and_a_seed() -> None:
    chip = small(neurons_per_core=60)
    hypergraph = coarsen(generated("grid", 400, 4, 0).graph, chip)
    index = loads(hypergraph, first_fit(hypergraph, chip), chip)
    found = by_size(hypergraph, index, chip, 0)
    assert found is not None
    assert by_size(hypergraph, index, chip, 0) is found
    assert by_size(hypergraph, index, chip, 1) is not found
