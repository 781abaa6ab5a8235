"""averages: how many cores hold what is too much for fewer."""

import numpy as np

from benchmarks.mapping.networks import generated
from compiler.mapping.loads import loads
from compiler.mapping.partitioning.averages import enough_cores, full
from compiler.passes.coarsen import coarsen
from tests.compiler.mapped import small


def test_cores_that_are_full_of_neurons_are_as_many_as_they_are_overfull() -> None:
    hypergraph, chip = coarsen(generated("grid", 400, 4, 0).graph, small()), small(neurons_per_core=25)
    found = loads(hypergraph, np.arange(hypergraph.units) % 4, chip)
    assert full(found) == 4
    assert enough_cores(hypergraph, found, 99) == 16


def test_input_axons_fall_less_than_cores_grow() -> None:
    """Random wiring: on as many cores as are said to be enough axons fit on average, on three quarters they do not."""
    chip = small(axons_in_per_core=300, neurons_per_core=9999, synapse_bytes_per_core=1 << 30)
    hypergraph = coarsen(generated("random", 800, 2, 0).graph, chip)
    shuffled = np.random.default_rng(0).permutation(hypergraph.units)
    found = loads(hypergraph, shuffled % 4, chip)
    assert full(found) > 1
    cores = enough_cores(hypergraph, found, hypergraph.units)
    assert cores > 4 * full(found)
    assert abs(full(loads(hypergraph, shuffled % cores, chip)) - 1) < 0.1
    assert full(loads(hypergraph, shuffled % (3 * cores // 4), chip)) > 1
