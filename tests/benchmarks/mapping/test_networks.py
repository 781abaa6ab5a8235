"""generated: networks to map, with the wiring they promise."""

import numpy as np
import pytest

from benchmarks.mapping.networks import LUMPY, float_form, generated, topologies
from compiler.mapping.partitioning.weights import lumpy
from compiler.passes.coarsen import coarsen
from targets.contracts.chip import chip_named
from targets.contracts.errors import InputError


@pytest.mark.parametrize("topology", [name for name in topologies() if name != LUMPY])
@pytest.mark.parametrize("k", [2, 8])
def test_a_network_has_the_neurons_rates_and_fan_in_it_promises(topology: str, k: int) -> None:
    made = generated(topology, 800, k, seed=1)
    assert sum(population.neurons for population in made.graph.populations) == 800
    assert {population.motif_size for population in made.graph.populations} == {k}
    assert made.rates["outside"].tolist() == [0.02] * 700
    rates = np.concatenate([made.rates[population.name] for population in made.graph.populations])
    assert np.median(rates) == pytest.approx(0.03, rel=0.15)
    for projection in made.graph.projections:
        post, pre, weights = projection.synapses.coordinates()
        assert (weights == 2).all()
        links = len(set(zip((post // k).tolist(), (pre // k).tolist(), strict=True))) / (800 / k)
        if projection.name.endswith("inside"):
            assert post.size == projection.synapses.shape[0] * k
        if projection.name == "outside":
            assert (
                np.bincount(post).tolist() == [700 if topology == "dense input" else 32] * projection.synapses.shape[0]
            )
        if projection.name == "motifs lateral":
            assert 5 < links <= 6


def test_links_lie_where_the_topology_puts_them() -> None:
    def distances(topology: str) -> np.ndarray:
        lateral = generated(topology, 800, 8).graph.projections[1]
        post, pre, _ = lateral.synapses.coordinates()
        return (pre // 8 - post // 8) % 100

    assert set(distances("ring")) == {1, 2, 3, 97, 98, 99}
    rows = np.minimum(distances("grid"), 100 - distances("grid"))
    assert rows.max() <= 2 * 10 + 2 + 10  # two rows, two columns, and the seam of the torus
    far = ~np.isin(distances("small-world"), [1, 2, 3, 97, 98, 99])
    assert 0.03 < far.mean() < 0.2
    assert len(set(distances("random"))) > 90


@pytest.mark.parametrize(("neurons", "k", "cores"), [(8_000, 2, 8), (8_000, 16, 11)])
def test_the_work_of_a_lumpy_network_does_not_spread_evenly_over_its_cores(neurons: int, k: int, cores: int) -> None:
    made, even = generated(LUMPY, neurons, k), generated("random", neurons, k)
    chip = chip_named("loihi1")
    assert lumpy(coarsen(made.graph, chip, made.rates), cores)
    assert not lumpy(coarsen(even.graph, chip, even.rates), cores)


@pytest.mark.parametrize("topology", ["grid", "two layers"])
def test_the_float_form_has_the_same_wiring(topology: str) -> None:
    graph = generated(topology, 800, 8, 1).graph
    floats = float_form(graph, 1)
    for own, exact in zip(graph.projections, floats.projections, strict=True):
        assert [array.tolist() for array in own.synapses.coordinates()[:2]] == [
            array.tolist() for array in exact.synapses.coordinates()[:2]
        ]
        assert exact.synapses.weights.std() == pytest.approx(0.1, rel=0.05)
    for population in floats.populations:
        assert np.unique(population.threshold).size == np.unique(population.tau_m).size == population.neurons
    other = float_form(graph, 2)
    assert not np.array_equal(other.projections[0].synapses.weights, floats.projections[0].synapses.weights)


def test_seed_decides() -> None:
    rows = [generated("random", 400, 4, seed).graph.projections[1].synapses.coordinates()[1] for seed in (0, 0, 1)]
    assert np.array_equal(rows[0], rows[1])
    assert not np.array_equal(rows[0], rows[2])


def test_an_unknown_topology_is_refused() -> None:
    with pytest.raises(InputError) as error:
        generated("star", 100, 8)
    assert str(error.value) == (
        "a network 'star' of 100 neurons in motifs of 8 was asked for; known are grid, small-world, ring, modular, "
        "random, two layers, dense input, lumpy with at least 25 motifs, so choose among these."
    )
