"""searched: the search is asked for the size given, and its network comes with rates of two parts of the data."""

import numpy as np
import pytest

from benchmarks.mapping.searched import searched
from search.data.task import Split
from search.network import Connection, Layer, Network
from search.settings import Settings
from targets.contracts.ports import Input
from targets.contracts.synapses import Dense

pytest.importorskip("torch", reason="torch is not installed")


def test_a_searched_network_is_rounded_and_its_rates_are_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    def search(split: Split, settings: Settings, seed: int, device: str) -> Network:
        (neurons,) = settings.model.neurons
        assert settings.search.epochs < Settings().search.epochs
        weights = np.random.default_rng(seed).normal(0, 0.3, (neurons, split.neurons))
        return Network(
            (Input(split.input, split.neurons),),
            (Layer.of("hidden", neurons),),
            (Connection("input", split.input, "hidden", Dense(weights)),),
        )

    monkeypatch.setattr("search.nas.hrmas.search", search)
    found = searched(48, seed=3)
    assert [population.neurons for population in found.graph.populations] == [48]
    name = found.graph.inputs[0].name
    for rates in (found.training, found.test):
        assert set(rates) == {name, "hidden"}
        assert 0 < rates["hidden"].mean() < 1
    assert not np.array_equal(found.training[name], found.test[name])
