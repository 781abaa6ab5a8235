"""microcircuit: the published network, by the figures of its paper."""

import numpy as np
import pytest

from benchmarks.mapping.microcircuit import microcircuit
from compiler.passes.coarsen import coarsen
from targets.contracts.chip import chip_named
from targets.contracts.errors import InputError


def test_a_twentieth_has_its_neurons_synapses_and_rates() -> None:
    made = microcircuit(0.05, 0)
    hypergraph = coarsen(made.graph, chip_named("loihi1"), made.rates)
    inner = sum(each.synapses.weights.size for each in made.graph.projections if each.source != "outside")
    assert hypergraph.units == sum(each.neurons for each in made.graph.populations) == 3858
    assert inner == pytest.approx(711_765, rel=0.002)
    spikes = [made.rates[each.name].sum() for each in made.graph.populations]
    assert hypergraph.rate[hypergraph.home >= 0].sum() == pytest.approx(sum(spikes))
    assert sum(spikes) / 3858 == pytest.approx(0.003316, rel=0.001)  # 3.316 per second, by table 6


def test_in_degrees_follow_from_the_published_chances() -> None:
    """Of L4e from L6e: K = ln(1 - 0.0453) / ln(1 - 1 / (14,395 x 21,915)), 667 sources per neuron at full size."""
    made = microcircuit(0.02, 1)
    (own,) = (each for each in made.graph.projections if each.name == "L6e to L4e")
    assert own.synapses.weights.size == pytest.approx(667 * 0.02 * 438, rel=0.03)


def test_a_seed_gives_one_network() -> None:
    once, again, other = (coarsen(microcircuit(0.01, seed).graph, chip_named("loihi1")).pins for seed in (0, 0, 1))
    assert np.array_equal(once, again)
    assert not np.array_equal(once, other)


@pytest.mark.parametrize("share", [0, 1.5, float("nan")])
def test_other_shares_are_refused(share: float) -> None:
    with pytest.raises(InputError, match="share"):
        microcircuit(share, 0)
