"""The smallest data and networks: searched, trained and run to the right value, or told in one sentence."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from compiler.pipeline import compile_network
from search.data.loader import Batch
from search.data.task import Split
from search.nas.methods import search_by
from search.network import Connection, Layer, Network
from search.settings import ModelSettings, SearchSettings, Settings, TrainingSettings
from search.training.initialize import reinitialize
from search.training.train import train
from targets.contracts.errors import InputError
from targets.contracts.ports import Input, Readout
from targets.contracts.raster import SpikeRaster
from targets.contracts.synapses import Dense
from targets.runtime.backend import run

SMALL = Settings(
    model=ModelSettings(neurons=(4,), sizes=(1, 2), readout_neurons=1),
    search=SearchSettings(epochs=1, batch=4),
    training=TrainingSettings(epochs=1, batch=4, warm_up=1),
)
ONE_NEURON = replace(SMALL, model=ModelSettings(neurons=(1,), sizes=(1,), readout_neurons=1))
ONE_BY_ONE = replace(
    SMALL, search=SearchSettings(epochs=1, batch=1), training=TrainingSettings(epochs=1, batch=1, warm_up=1)
)
DEEP = replace(SMALL, model=ModelSettings(neurons=(4, 4, 4), sizes=(1, 2), readout_neurons=1))


def part(samples: int, steps: int = 8, neurons: int = 6, likely: float = 0.5, **changed: object) -> SpikeRaster:
    dense = np.random.default_rng(samples).random((samples, steps, neurons)) < likely
    given = {"labels": np.arange(samples) % 2, **changed}
    return SpikeRaster.pack(dense, **given)  # type: ignore[arg-type]


def split(*samples: int, **changed: object) -> Split:
    train, valid, test = (part(number, **changed) for number in samples or (8, 6, 6))  # type: ignore[arg-type]
    return Split(train, valid, test, 2)


@pytest.mark.slow
@pytest.mark.parametrize("method", ["hrmas", "recurrent"])
@pytest.mark.parametrize(
    ("given", "settings"),
    [
        (split(steps=3), SMALL),
        (split(steps=5), DEEP),
        (split(neurons=1), SMALL),
        (split(), ONE_NEURON),
        (split(5, 5, 5), ONE_BY_ONE),
        (split(5, 1, 1), SMALL),
        (split(1, 1, 1), SMALL),
        (split(likely=0.0), SMALL),
        (Split(part(8), part(6, labels=np.ones(6, int)), part(6, labels=np.zeros(6, int)), 2), SMALL),
        (Split(part(8, lengths=[0, 1, 2, 3, 4, 5, 6, 8]), part(3, steps=4), part(2, steps=9), 2), SMALL),
        (Split(part(8), part(6), part(6).take(slice(0)), 2), SMALL),
    ],
    ids=["T=3", "T=5", "channel", "neuron", "batch", "rest", "one", "silent", "class", "lengths", "empty-test"],
)
def test_the_smallest_are_searched_trained_and_run(given: Split, settings: Settings, method: str) -> None:
    network = train(search_by(method, given, settings, 0, "cpu"), given, settings, 1, "cpu")
    assert all(np.isfinite(connection.synapses.weights).all() for connection in network.connections)
    assert all(np.isfinite(entry["loss"]) for entry in network.settings["training"])
    answers = run(compile_network(network), given.test).spikes["readout"]
    assert network.readout is not None
    assert answers.labels is not None
    counts = answers.counts()
    right = [
        all(votes[label] > each for index, each in enumerate(votes) if index != label)
        for votes, label in zip(counts.tolist(), answers.labels.tolist(), strict=True)
    ]
    assert network.readout.accuracy(counts, answers.labels) == (sum(right) / len(right) if right else 0.0)


@pytest.mark.parametrize(
    ("given", "settings", "message"),
    [
        (
            split(steps=1),
            SMALL,
            "the samples of the train part last at most 1 steps; a spike of the input reaches the readout 2 steps "
            "later, so that none would ever matter: give samples of at least 3 steps or fewer layers.",
        ),
        (
            split(steps=4),
            DEEP,
            "the samples of the train part last at most 4 steps; a spike of the input reaches the readout 4 steps "
            "later, so that none would ever matter: give samples of at least 5 steps or fewer layers.",
        ),
        (
            Split(part(8), part(6, lengths=np.arange(6) % 3), part(6), 2),
            SMALL,
            "the samples of the valid part last at most 2 steps; a spike of the input reaches the readout 2 steps "
            "later, so that none would ever matter: give samples of at least 3 steps or fewer layers.",
        ),
        (
            Split(part(8), part(6).take(slice(0)), part(6), 2),
            SMALL,
            "the valid part of the split is empty; the search needs samples there, so add some.",
        ),
    ],
)
def test_samples_that_end_before_an_answer_are_not_searched_on(given: Split, settings: Settings, message: str) -> None:
    for method in ("hrmas", "random-search", "feed-forward"):
        with pytest.raises(InputError) as raised:
            search_by(method, given, settings, 0, "cpu")
        assert str(raised.value) == message


def by_hand(*delays: int) -> Network:
    """An input, a hidden population and a readout in a row, as many of their connections as there are delays."""
    weights = (np.ones((2, 6)), np.ones((2, 2)))
    ways = (("input", "hidden"), ("hidden", "answer"))
    return Network(
        (Input("input", 6),),
        (Layer.of("hidden", 2, tau_s=2, tau_m=4), Layer.of("answer", 2, tau_s=2, tau_m=4)),
        tuple(
            Connection(f"{source}-{target}", source, target, Dense(each), delay=delay)
            for (source, target), each, delay in zip(ways, weights, delays, strict=False)
        ),
        readout=Readout("answer", 2),
        steps=8,
    )


def test_delays_count_where_a_network_is_trained() -> None:
    assert train(by_hand(3, 4), split(steps=8), SMALL, 0, "cpu").origin == split(steps=8).digest
    with pytest.raises(InputError) as raised:
        train(by_hand(4, 4), split(steps=8), SMALL, 0, "cpu")
    assert str(raised.value) == (
        "the samples last at most 8 steps; a spike of the input reaches the readout 8 steps later, so that none would "
        "ever matter: give samples of at least 9 steps or fewer layers."
    )


def test_a_readout_that_no_input_reaches_is_not_trained() -> None:
    with pytest.raises(InputError) as raised:
        train(by_hand(1), split(), SMALL, 0, "cpu")
    assert str(raised.value) == (
        "no connections lead from an input to the readout 'answer'; it can learn nothing then, so connect it."
    )


def test_a_single_voltage_has_no_spread_to_scale_by() -> None:
    network = reinitialize(
        by_hand(1, 1), Batch.of(torch.ones(1, 1, 6), torch.zeros(1, 1, 1), torch.zeros(1)), SMALL.start, 0
    )
    assert all(np.isfinite(connection.synapses.weights).all() for connection in network.connections)
