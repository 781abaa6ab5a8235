import dataclasses
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from search.data.loader import Batch
from search.history import History
from search.motif import DIRECTIONS, Wiring
from search.nas.methods import METHODS, idle_settings, opened, search_by
from search.nas.space import random_architecture
from search.network import Network
from search.settings import Settings, on_chip
from search.training.kernels.network import Summary
from search.training.progress import Progress
from search.training.sharded import answers, answers_of_copies
from targets.contracts.chip import chip_named
from targets.contracts.errors import InputError
from targets.contracts.synapses import Dense
from tests.search.tiny import TINY, tiny_split

TWO = dataclasses.replace(TINY, model=dataclasses.replace(TINY.model, neurons=(16, 8)))
UNSEARCHED = ("random-motif", "recurrent", "feed-forward", "feed-forward-delays", "sparse-delays")


def roomy(settings: Settings, method: str) -> Settings:
    """The settings with a budget that halving can do something with."""
    if not method.endswith("halving"):
        return settings
    return dataclasses.replace(settings, search=dataclasses.replace(settings.search, budget=24.0))


class StoppedError(Exception):
    """What interrupts a run in these tests."""


def with_wiring(wiring: Wiring) -> Settings:
    return dataclasses.replace(TINY, model=dataclasses.replace(TINY.model, wiring=wiring))


@cache
def found(method: str, settings: Settings = TINY) -> Network:
    return search_by(method, tiny_split(), settings, 0, "cpu")


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS)
def test_every_method_makes_a_network_of_the_same_neurons_on_several_layers(method: str) -> None:
    network = found(method, roomy(TWO, method))
    widths = {layer.name: layer.neurons for layer in network.layers}
    if method == "recurrent-equal":
        assert 2 * widths["hidden2"] == widths["hidden1"] < 16
        widths |= {"hidden1": 16, "hidden2": 8}
    assert list(widths.items()) == [("hidden1", 16), ("hidden2", 8), ("readout", 4)]
    assert network.settings["method"] == method
    assert network.origin == tiny_split().digest
    assert all(np.abs(c.synapses.weights).sum() > 0 for c in network.connections)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("method", "order"), [*((method, 1) for method in METHODS), ("hrmas", 2), ("random-search", 2)]
)
def test_the_passes_are_those_that_were_made(method: str, order: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted where samples run forward with gradients, beside what the network tells."""
    made = []

    def of_one(batch: Batch, *rest: Any) -> dict[str, Summary]:
        made.append(len(batch.labels))
        return answers(batch, *rest)

    def of_copies(batch: Batch, *rest: Any) -> list[dict[str, Summary]]:
        told = answers_of_copies(batch, *rest)
        if torch.is_grad_enabled():
            made.append(len(batch.labels) * len(told))
        return told

    monkeypatch.setattr("search.nas.supernet.answers_of_copies", of_copies)
    monkeypatch.setattr("search.training.train.answers", of_one)
    # Batches of 8 fill both parts, so that alpha sees as many samples as the weights.
    settings = dataclasses.replace(TINY, search=dataclasses.replace(TINY.search, order=order, batch=8))
    settings = roomy(settings, method)
    network = search_by(method, tiny_split(), settings, 0, "cpu")
    passes = network.settings["passes"]
    assert sum(made) == sum(passes.values())
    # 2 epochs of 48 samples, one pass for the weights and one for alpha (4 in second order) at each of 2 sizes.
    budget = 2 * 48 * (1 + 2 * (4 if order == 2 else 1))
    known = {"no-motif": 2 * 48 * (1 + (4 if order == 2 else 1)), **dict.fromkeys(UNSEARCHED, 0)}
    exact = ("hrmas", "no-plasticity", "no-lateral", "hrmas-delays", "random-search", *known)
    if method in exact:
        assert passes["search"] == known.get(method, budget)
    looks = 2 * (3 * 24 + settings.plasticity.window * 8) / 3
    allowed = 48 * settings.search.budget or budget + looks + 24
    assert network.settings["units"]["search"] * 48 <= allowed + 1e-6
    assert passes["training"] == 4 * 72 + (budget if method in UNSEARCHED else 0)


@pytest.mark.slow
def test_a_method_without_a_part_lacks_it() -> None:
    tuned, untuned = found("hrmas"), found("no-plasticity")
    assert (untuned.layer("hidden").tau_m == TINY.model.tau_m).all()
    assert (tuned.layer("hidden").tau_m != TINY.model.tau_m).any()
    assert untuned.settings["hyperparameters"]["plasticity"]["window"] == 0
    motif = found("no-lateral").layer("hidden").motif
    assert motif is not None
    assert (motif.wiring, motif.size in TINY.model.sizes) == ("none", True)
    whole = found("no-motif", TWO)
    sizes = [(layer.motif.size, layer.motif.wiring) for layer in whole.layers if layer.motif is not None]
    assert sizes == [(16, "none"), (8, "none")]


@pytest.mark.slow
def test_recurrent_links_are_free_and_feed_forward_has_none() -> None:
    network = found("recurrent", TWO)
    links = {c.name: c.synapses for c in network.connections if c.source == c.target}
    assert list(links) == ["recurrent1", "recurrent2"]
    for synapses in links.values():
        assert isinstance(synapses, Dense)
        assert synapses.weights.min() < 0 < synapses.weights.max()
    assert all(layer.motif is None for layer in network.layers)
    assert not [c for c in found("feed-forward", TWO).connections if c.source == c.target]


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS)
def test_every_method_leaves_its_history_in_one_form(method: str) -> None:
    history = History.left_by(found(method, roomy(TINY, method)).settings)
    if method in UNSEARCHED:
        assert len(history) == 0
    elif method == "random-search":
        assert (history.counts, len(history)) == ("candidate", 3)
    elif method in {"halving", "evolution", "hrmas-halving", "recurrent-delay", "recurrent-equal"}:
        assert history.counts in {"rung", "generation", "candidate"}
        assert len(history)
    else:
        assert (history.counts, len(history)) == ("epoch", TINY.search.epochs)
    assert {"loss", "accuracy"} <= set(history.columns()) or not len(history)


def test_random_search_keeps_the_candidate_of_lowest_validation_loss() -> None:
    network = found("random-search")
    losses = [candidate["loss"] for candidate in network.settings["candidates"]]
    assert len(losses) == 3
    assert network.settings["chosen"] == 1 + int(np.argmin(losses))
    motif = random_architecture(TINY.model, 8, 0, network.settings["chosen"]).motifs["hidden"]
    kept = network.layer("hidden").motif
    assert kept is not None
    assert (kept.size, kept.intra.tolist(), kept.lateral.tolist()) == (
        motif.size,
        motif.intra.tolist(),
        motif.lateral.tolist(),
    )


@pytest.mark.slow
@pytest.mark.parametrize("wiring", ["none", "ring", "grid"])
def test_random_motifs_take_every_size_and_type_equally_often(wiring: Wiring) -> None:
    drawn = [random_architecture(with_wiring(wiring).model, 8, seed, 1).motifs["hidden"] for seed in range(150)]
    sizes = Counter(motif.size for motif in drawn)
    assert sizes[2] + sizes[4] == 150
    assert abs(sizes[2] - 75) < 5 * 37.5**0.5
    types = Counter(np.concatenate([motif.intra.ravel() for motif in drawn]).tolist())
    total = sum(types.values())
    assert all(abs(types[kind] - total / 3) < 5 * (total * 2 / 9) ** 0.5 for kind in (-1, 0, 1))
    lateral = [motif.lateral for motif in drawn]
    assert all(len(links) == len(DIRECTIONS[wiring]) for links in lateral)
    assert all(np.count_nonzero(one) <= one.shape[0] for links in lateral for one in links)
    if wiring != "none":
        signs = Counter(np.concatenate([links[links != 0] for links in lateral]).tolist())
        assert abs(signs[1] - signs[-1]) < 5 * sum(signs.values()) ** 0.5


def test_random_motifs_depend_on_seed_and_number_alone() -> None:
    def text(seed: int, number: int) -> str:
        return str(
            [
                (motif.size, motif.intra, motif.lateral)
                for motif in random_architecture(TWO.model, 8, seed, number).motifs.values()
            ]
        )

    assert text(0, 1) == text(0, 1)
    assert len({text(0, 1), text(0, 2), text(1, 1)}) == 3


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS)
def test_an_interrupted_run_of_any_method_goes_on_as_if_it_had_not_stopped(method: str, tmp_path: Path) -> None:
    def heard_until(stop: int, path: Path | None, heard: list[tuple[str, int]]) -> str:
        """The digest, what it said on its way put into `heard`; StoppedError once that holds `stop` entries."""

        def listen(epoch: Progress) -> None:
            heard.append((epoch.phase, epoch.epoch))
            if len(heard) == stop:
                raise StoppedError

        return search_by(method, tiny_split(), roomy(TINY, method), 0, "cpu", listen, path).digest

    whole: list[tuple[str, int]] = []
    digest = heard_until(0, None, whole)
    heard: list[tuple[str, int]] = []
    path = tmp_path / "run.checkpoint"
    with pytest.raises(StoppedError):
        heard_until(3, path, heard)
    assert heard_until(0, path, heard) == digest
    assert heard == whole


def test_a_checkpoint_of_another_method_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.checkpoint"
    search_by("random-motif", tiny_split(), TINY, 0, "cpu", checkpoint=path)
    with pytest.raises(InputError) as raised:
        search_by("feed-forward", tiny_split(), TINY, 0, "cpu", checkpoint=path)
    assert str(raised.value) == (
        f"{path} was written with another method (random-motif, now feed-forward); "
        "continue with what it was begun with, or remove it to begin anew."
    )


def test_an_unknown_method_is_told_in_one_sentence() -> None:
    with pytest.raises(InputError) as raised:
        found("darts")
    assert str(raised.value) == (f"unknown method 'darts'; known are {', '.join(METHODS)}, so choose one of them.")


def test_a_cost_that_nothing_would_follow_is_refused() -> None:
    with pytest.raises(InputError) as raised:
        search_by("recurrent", tiny_split(), on_chip(TINY, "small", 0.5), 0, "cpu")
    assert str(raised.value) == (
        "method 'recurrent' chooses no motif, so that a cost of 0.5 would change nothing; leave --cost out, or choose "
        "hrmas, no-plasticity, no-lateral, no-motif, hrmas-delays, hrmas-halving, halving, evolution, random-search."
    )


BUDGET = ("search.epochs", "search.order", "search.relaxation", "search.budget", "model.sizes")
"""Settings that decide how long a method without a search may train, whatever else they do not do."""
SPACE = ("model.delays", "model.input_delays", "model.fan_in", "model.links")
"""Settings of the space that some methods have no use for."""


@pytest.mark.slow
@pytest.mark.parametrize("method", ["no-plasticity", "no-motif", "random-search", *UNSEARCHED])
def test_what_a_method_calls_idle_changes_nothing(method: str) -> None:
    other: dict[str, dict[str, Any]] = {
        "model": {"sizes": (4, 8), "wiring": "none", "links": 1},
        "start": {"alpha": 0.5, "recurrence": 2.0},
        "search": {"batch": 8, "alpha_rate": 0.5, "alpha_betas": (0.1, 0.2), "rate": 0.5, "temperature": 0.9}
        | {"score": "errors", "price": 1.0, "chip": "small", "cost_shares": (1.0, 2.0, 3.0)},
        "plasticity": {
            "window": 3,
            "mean_rate": 0.21,
            "refractory": 0.1,
            "rate_r": 0.1,
            "rate_tau": 0.1,
            "rule": "set-point",
        }
        | {"silent": 1.1, "largest": 0.5, "resistance": (0.5, 2.0), "tau_m": (0.8, 1.5)},
    }
    idle = idle_settings(method)
    changed = {
        table: dataclasses.replace(
            getattr(TINY, table),
            **{key: value for key, value in values.items() if f"{table}.{key}" in idle and key != "sizes"},
        )
        for table, values in other.items()
    }
    network = search_by(method, tiny_split(), dataclasses.replace(TINY, **changed), 0, "cpu")
    assert network.digest == found(method).digest
    assert network.settings["idle"] == list(idle)
    assert set(idle) <= {f"{table}.{key}" for table in other for key in other[table]} | {*BUDGET, *SPACE, "search.cost"}


def test_a_method_uses_what_it_does_not_call_idle() -> None:
    assert idle_settings("hrmas") == idle_settings("no-lateral") == ("model.fan_in", "model.links", "search.score")
    assert not {*SPACE, "search.cost", "search.budget"} & {*idle_settings("halving"), *idle_settings("evolution")}
    assert "model.sizes" not in idle_settings("random-motif")
    assert "search.batch" not in idle_settings("random-search")


def test_methods_of_delays_are_given_some_where_the_settings_offer_none() -> None:
    split = tiny_split()
    model = opened("hrmas-delays", split, TINY).model
    assert model.delays == (1, 2, 4, 8)
    assert model.input_delays == (0, 4, 8)  # samples of 12 steps, two of them to cross the layers
    assert opened("hrmas", split, TINY) is opened("halving", split, TINY) is TINY
    own = dataclasses.replace(TINY, model=dataclasses.replace(TINY.model, input_delays=(0, 3)))
    assert opened("hrmas-delays", split, own) is own
    assert found("hrmas-delays").settings["hyperparameters"]["model"]["input_delays"] == [0, 4, 8]


def test_delays_are_offered_as_far_as_the_chip_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    chip = chip_named("small")
    short = dataclasses.replace(chip, name="short", delay_max=dataclasses.replace(chip.delay_max, value=4))
    monkeypatch.setattr("search.settings.chip_named", lambda name: short)
    model = opened("hrmas-halving", tiny_split(), on_chip(TINY, "small", None)).model
    assert (model.delays, model.input_delays) == ((1, 2, 4), (0,))
