"""networks: topologies, rates and chips that the mapper was not tuned for."""

from collections import Counter

import numpy as np
import pytest

from benchmarks.mapping.networks import LUMPY, topologies
from benchmarks.mapping.unseen.networks import CLUSTERED, UNIFORM, Unseen, chip, network, plan


@pytest.mark.parametrize("seeds", [(1,), (1, 2)])
def test_every_topology_and_size_once_per_seed_with_both_rates_on_both_chips(seeds: tuple[int, ...]) -> None:
    tasks, wirings = plan(seeds), [name for name in topologies() if name != LUMPY]
    counted = {(topology, k): len(seeds) for topology in wirings for k in (4, 32)}
    assert Counter((task.topology, task.k) for task in tasks) == counted
    for topology in wirings:
        ways = {(task.rates, task.chip) for task in tasks if task.topology == topology}
        assert {rates for rates, _ in ways} == {UNIFORM, CLUSTERED}
        assert {own for _, own in ways} == {"loihi1", "2 x 37"}


def test_clustered_rates_differ_from_run_to_run_of_neighbours_and_uniform_ones_do_not() -> None:
    uniform, clustered = (network(Unseen("ring", 4, rates, "loihi1", 0, 2800)).rates for rates in (UNIFORM, CLUSTERED))
    assert np.unique(uniform["motifs"]).tolist() == [0.03]
    assert np.unique(uniform["outside"]).tolist() == [0.02]
    inputs = clustered["outside"].reshape(28, 25)
    assert (inputs == inputs[:, :1]).all()
    assert inputs.mean() == pytest.approx(0.02)
    runs = clustered["motifs"].reshape(28, 100).mean(axis=1)
    assert runs.max() > 4 * runs.min()
    assert clustered["motifs"].max() <= 1
    same = network(Unseen("ring", 4, CLUSTERED, "2 x 37", 0, 2800)).rates
    assert all((same[name] == clustered[name]).all() for name in clustered)


def test_the_strip_has_two_columns_of_37_tiles() -> None:
    strip = chip(Unseen("ring", 4, UNIFORM, "2 x 37", 0))
    assert [strip.position(core) for core in (0, 1, 2, 73)] == [(0, 0), (1, 0), (0, 1), (1, 36)]
    assert strip.cores.value == 74
    assert chip(Unseen("ring", 4, UNIFORM, "loihi1", 0)).cores.value == 128
