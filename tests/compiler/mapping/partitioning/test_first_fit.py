"""first_fit: units in order, each on the current core or on the next."""

import itertools

import numpy as np
import pytest

from benchmarks.mapping.networks import generated, topologies
from compiler.mapping.loads import loads
from compiler.mapping.partitioning.first_fit import first_fit, incidence
from compiler.passes.coarsen import coarsen
from tests.compiler.mapped import chain, small, varied

OUT = 3  # row of output axons, which first fit does not look at


def test_cores_are_filled_in_order() -> None:
    chip = small(neurons_per_core=5)
    assert first_fit(coarsen(chain(np.arange(7)), chip), chip).tolist() == [0, 0, 1, 1, 2, 2, 3]


@pytest.mark.parametrize("seed", range(5))
def test_limits_are_kept_and_no_core_is_left_too_early(seed: int) -> None:
    """The first unit of every core would break a limit of the core before it."""
    limits = {"neurons_per_core": 14, "synapse_bytes_per_core": 1500, "axons_in_per_core": 34}
    chip = small(**limits, decay_profiles_per_core=12, threshold_profiles_per_core=3)
    hypergraph = coarsen(varied(seed), chip)
    core_of = first_fit(hypergraph, chip)
    assert set(np.diff(core_of)) <= {0, 1}
    assert np.delete(loads(hypergraph, core_of, chip).use, OUT, axis=0).max() <= 1
    for first in np.flatnonzero(np.diff(core_of)) + 1:
        earlier = core_of[: first + 1].copy()
        earlier[first] -= 1
        rest = np.arange(hypergraph.units - first - 1) + earlier.max() + 1  # each on a core of its own
        use = loads(hypergraph, np.concatenate([earlier, rest]), chip).use
        assert np.delete(use, OUT, axis=0)[:, earlier[first]].max() > 1


def test_a_unit_that_fits_no_core_gets_one_to_itself() -> None:
    """Every motif but the first listens to the one before and to the input: three input axons on a core for two."""
    chip = small(axons_in_per_core=2)
    hypergraph = coarsen(chain(np.arange(3)), chip)
    assert first_fit(hypergraph, chip).tolist() == list(range(hypergraph.units))


@pytest.mark.parametrize("topology", topologies())
def test_incidence_is_the_transpose_of_pins(topology: str) -> None:
    hypergraph = coarsen(generated(topology, 200, 4, 1).graph, small())
    nets, starts = incidence(hypergraph)
    found = {(net, unit) for unit in range(hypergraph.units) for net in nets[starts[unit] : starts[unit + 1]].tolist()}
    assert found == set(zip(hypergraph.net_of.tolist(), hypergraph.pins.tolist(), strict=True))
    assert all((np.diff(nets[a:b]) > 0).all() for a, b in itertools.pairwise(starts))
