"""Halving and what it stands on: rungs, budgets, inherited weights, histories."""

import dataclasses
from functools import cache

import numpy as np
import pytest

from search.history import History
from search.nas.halving import rungs
from search.nas.methods import search_by
from search.network import Network
from search.settings import Settings, on_chip
from targets.contracts.errors import InputError
from tests.search.tiny import TINY, tiny_split

WIDE = dataclasses.replace(
    TINY,
    model=dataclasses.replace(TINY.model, delays=(1, 3), input_delays=(0, 2), fan_in=(1.0, 0.5)),
    search=dataclasses.replace(TINY.search, budget=18.0),
)


@cache
def found(method: str, settings: Settings = WIDE) -> Network:
    return search_by(method, tiny_split(), settings, 0, "cpu")


def test_forty_units_are_ten_four_and_two_candidates() -> None:
    assert rungs(40.0, 0.22) == ((10, 2), (4, 2), (2, 4))
    assert rungs(8.7, 0.22) == ((1, 2), (1, 2), (1, 4))
    with pytest.raises(InputError) as raised:
        rungs(8.0, 0.22)
    assert str(raised.value) == (
        "setting search.budget is 8 units; successive halving of a single candidate takes 8.66 on these data, so raise "
        "it to that or more."
    )


@pytest.mark.parametrize("budget", np.linspace(9, 200, 40).tolist())
def test_rungs_spend_no_more_than_the_budget_and_not_much_less(budget: float) -> None:
    spent = sum(count * (epochs + 0.2) for count, epochs in rungs(budget, 0.2))
    assert spent <= budget < spent + 10


@pytest.mark.slow
@pytest.mark.parametrize(
    "method", ["halving", "evolution", "random-search", "hrmas", "hrmas-delays", "hrmas-halving", "recurrent-delay"]
)
def test_a_budget_is_kept_and_all_are_trained_alike_in_the_end(method: str) -> None:
    network = found(method)
    units = network.settings["units"]
    assert 0.6 * 18 <= units["search"] <= 18
    assert units["training"] == 4 * 72 / 48
    assert found("feed-forward").settings["units"] == {"search": 0.0, "training": 6.0}


@pytest.mark.slow
def test_rungs_are_told() -> None:
    network = found("halving")
    history = History.of(network.settings["history"])
    assert history.counts == "rung"
    plan = [(int(entry["candidates"]), int(entry["epochs"])) for entry in history.entries]
    assert plan == [*rungs(18.0, 24 / 48 / 3)]
    best = network.settings["candidates"][network.settings["chosen"] - 1]
    assert best["loss"] == history.entries[-1]["loss"]


@pytest.mark.slow
def test_delays_are_chosen_by_gradients_too() -> None:
    motif = found("hrmas-delays").layer("hidden").motif
    assert motif is not None
    assert motif.delays is not None
    assert motif.late is not None
    assert set(motif.delays.tolist()) <= {1, 3}
    mixed = dataclasses.replace(WIDE, search=dataclasses.replace(WIDE.search, relaxation="plain"))
    with pytest.raises(InputError, match="delays are chosen by gumbel and expected alone"):
        found("hrmas-delays", mixed)


@pytest.mark.slow
def test_a_cost_prefers_the_smaller() -> None:
    dear = on_chip(WIDE, "loihi2", 1e6)
    candidates = found("halving", dear).settings["candidates"]
    assert all(each["score"] > 10 * each["loss"] for each in candidates)
    synapses = [
        sum(np.count_nonzero(c.synapses.weights) for c in found("halving", settings).connections)
        for settings in (WIDE, dear)
    ]
    assert synapses[1] <= synapses[0]
