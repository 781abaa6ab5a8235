"""Fan-in by weights: which sources are kept, what stays of the delays, and what it takes of the budget."""

import dataclasses

import numpy as np
import pytest
import torch

from search.data.loader import DataLoader
from search.nas.budget import in_units, look
from search.nas.derive import windows
from search.nas.fan_in import EPOCHS, pruned, shared, strongest, units
from search.nas.methods import search_by
from search.nas.retraining import Experiment
from search.nas.space import group_of, random_architecture
from search.network import Connection, Network
from search.settings import Settings
from targets.contracts.errors import InputError
from targets.contracts.synapses import Dense, Sparse, dense
from tests.search.tiny import TINY, tiny_split

WIDE = dataclasses.replace(TINY.model, delays=(1, 3), input_delays=(0, 2))


def by_weights(shares: tuple[float, ...], budget: float = 0.0) -> Settings:
    model = dataclasses.replace(WIDE, fan_in=shares, fan_in_by="weights", readout_fan_in=0.5)
    return dataclasses.replace(TINY, model=model, search=dataclasses.replace(TINY.search, budget=budget))


def into(network: Network, target: str) -> list[Connection]:
    return [each for each in network.connections if each.target == target and each.source != target]


def heard(network: Network, target: str) -> list[list[int]]:
    """Sources of every neuron, whatever the delay."""
    rows: list[list[int]] = [[] for _ in range(into(network, target)[0].synapses.shape[0])]
    for each in into(network, target):
        synapses = each.synapses
        assert isinstance(synapses, Sparse)
        for row, found in enumerate(rows):
            found += synapses.indices[synapses.indptr[row] : synapses.indptr[row + 1]].tolist()
    return rows


def test_the_highest_scores_are_kept_and_of_equal_ones_the_first() -> None:
    score = np.array([[0.0, 3.0, 1.0, 2.0], [1.0, 1.0, 1.0, 1.0]])
    assert strongest(score, 0.5).tolist() == [[1, 3], [0, 1]]
    assert strongest(score, 0.01).tolist() == [[1], [0]]
    assert strongest(score, 1.0).tolist() == [[0, 1, 2, 3]] * 2


def test_a_thinner_network_hears_each_source_as_late_as_before() -> None:
    split = tiny_split()
    network = random_architecture(WIDE, 8, 3, 1).network(split, WIDE)
    motif = network.layers[0].motif
    assert motif is not None
    assert motif.late is not None
    groups = 16 // motif.size
    sets = np.tile([1, 4, 6], (groups, 1)).astype(np.int32)
    thin = pruned(network, {"hidden": sets})
    assert heard(thin, "hidden") == [[1, 4, 6]] * 16
    for each in into(thin, "hidden"):
        assert isinstance(each.synapses, Sparse)
        rows = np.flatnonzero(np.diff(each.synapses.indptr))
        assert (1 + motif.late[rows % motif.size] == each.delay).all()
    assert [each for each in thin.connections if each.target != "hidden" or each.source == "hidden"] == [
        each for each in network.connections if each.target != "hidden" or each.source == "hidden"
    ]


@pytest.mark.parametrize("method", ["random-motif", "hrmas-delays", "recurrent"])
def test_every_motif_hears_the_share_that_was_chosen(method: str) -> None:
    network = search_by(method, tiny_split(), by_weights((0.5,)), 0, "cpu")
    rows = heard(network, "hidden")
    motif = network.layers[0].motif
    size = 1 if motif is None else motif.size
    assert {len(row) for row in rows} == {4}
    assert all(rows[place] == rows[place - place % size] for place in range(16))
    assert network.settings["fan_in"] == {"share": 0.5, "offered": []}
    assert "model.fan_in" not in network.settings["idle"]


@pytest.mark.parametrize("fan_in_by", ["weights", "random"])
def test_groups_within_a_motif_hear_sets_of_their_own(fan_in_by: str) -> None:
    model = dataclasses.replace(WIDE, sizes=(4,), fan_in=(0.5,), fan_in_group=2, fan_in_by=fan_in_by)
    network = search_by("random-motif", tiny_split(), dataclasses.replace(TINY, model=model), 0, "cpu")
    rows = heard(network, "hidden")
    assert {len(row) for row in rows} == {4}
    rows = [sorted(row) for row in rows]
    assert all(rows[place] == rows[place - place % 2] for place in range(16))
    assert any(rows[place] != rows[place - place % 4] for place in range(16))
    assert [group_of(dataclasses.replace(model, fan_in_group=6), size) for size in (2, 4, 9)] == [2, 2, 3]
    assert group_of(TINY.model, 4) == 4


def test_of_several_shares_the_better_on_the_validation_part_stays_within_the_budget() -> None:
    split, settings = tiny_split(), by_weights((0.125, 1.0), 30.0)
    network = search_by("random-search", split, settings, 0, "cpu")
    told = network.settings["fan_in"]
    scores = [each["score"] for each in told["offered"]]
    assert told["share"] == settings.model.fan_in[int(np.argmin(scores))]
    assert network.settings["units"]["search"] <= 30.0
    first = DataLoader.of(torch.device("cpu"), split.train).batch(np.arange(16))
    own = units(Experiment(split, settings, 0, first, {}, lambda phase, stage: None, None))
    assert own == 3 * (EPOCHS + look(split)) + in_units(split, 0, split.train.samples + 2 * 12 * 16)
    with pytest.raises(InputError, match="a search before a fan-in by weights takes 1 "):
        search_by("random-search", split, by_weights((0.125, 1.0), own + 0.9), 0, "cpu")


def test_readout_neurons_of_a_class_share_the_hidden_ones() -> None:
    network = random_architecture(by_weights((1.0,)).model, 8, 0, 1).network(tiny_split(), by_weights((1.0,)).model)
    assert heard(network, "readout") == [list(range(8)), list(range(8, 16))] * 2
    narrow = dataclasses.replace(WIDE, readout_fan_in=0.75)
    rows = heard(random_architecture(narrow, 8, 0, 1).network(tiny_split(), narrow), "readout")
    assert rows == [list(range(12)), sorted((8 + np.arange(12)) % 16)] * 2


@pytest.mark.parametrize("share", [0.5, 0.75, 0.25])
def test_what_a_class_hears_stays_where_its_neurons_share_the_layer(share: float) -> None:
    split, model = tiny_split(), dataclasses.replace(WIDE, readout_fan_in=share)
    network = random_architecture(WIDE, 8, 0, 1).network(split, WIDE)
    weights = np.random.default_rng(3).standard_normal((4, 16))
    network = dataclasses.replace(
        network,
        connections=(*network.connections[:-1], dataclasses.replace(network.connections[-1], synapses=Dense(weights))),
    )
    thin = shared(network, model, 2)
    assert heard(thin, "readout") == windows(4, 2, model).tolist()
    sums = dense(thin.connections[-1].synapses).reshape(2, 2, 16).sum(1)
    covered = np.isin(np.arange(16), windows(4, 2, model))
    assert np.allclose(sums[:, covered], weights.reshape(2, 2, 16).sum(1)[:, covered])
    assert shared(network, WIDE, 2) is network


def test_a_supernet_learns_through_a_readout_that_hears_a_part() -> None:
    model = dataclasses.replace(TINY.model, readout_fan_in=0.5)
    network = search_by("hrmas", tiny_split(), dataclasses.replace(TINY, model=model), 0, "cpu")
    output = into(network, "readout")[0]
    assert np.count_nonzero(dense(output.synapses)) == 4 * 8
