import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from compiler.text import text
from search.data.loader import DataLoader
from search.data.task import Split
from search.motif import Wiring
from search.nas.hrmas import new_supernet, own_rates, schedule, search, tune
from search.nas.relaxation import RELAXATIONS, Draw
from search.network import Network
from search.settings import on_chip
from search.training.checkpoint import load_checkpoint
from search.training.progress import Progress
from targets.contracts import artefact
from targets.contracts.errors import InputError
from tests.paddings import three_paddings
from tests.search.tiny import TINY, tiny_split

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def found() -> Network:
    return search(tiny_split(), TINY, 0, "cpu")


def test_the_network_has_a_motif_and_tells_how_it_was_found(found: Network) -> None:
    motif = found.layer("hidden").motif
    assert motif is not None
    assert motif.size in (2, 4)
    assert found.origin == tiny_split().digest
    assert found.settings["seed"] == 0
    assert found.settings["hyperparameters"]["search"]["alpha_rate"] == 0.1
    assert len(found.settings["search"]) == 2
    assert len(found.settings["training"]) == 4
    of_the_layer = "p_2 p_4 q_max entropy links rate rate_sd silent resistance tau_m"
    assert list(found.settings["search"][0]) == [
        "loss",
        "accuracy",
        "rate_kl",
        *(f"hidden.{figure}" for figure in of_the_layer.split()),
        *(f"{figure}_{when}" for figure in ("loss", "accuracy", "rate_kl") for when in ("before", "step_1")),
    ]
    derived = found.settings["derived"]["hidden"]
    assert derived["size"] == motif.size
    assert derived["excitatory"] == np.count_nonzero(motif.intra == 1) + np.count_nonzero(motif.lateral == 1)
    assert json.loads(json.dumps(dict(found.settings))) == dict(found.settings)


def test_the_neurons_keep_the_parameters_plasticity_gave_them(found: Network) -> None:
    hidden = found.layer("hidden")
    last = found.settings["search"][-1]
    assert hidden.resistance.mean() == pytest.approx(last["hidden.resistance"])
    assert hidden.tau_m.mean() == pytest.approx(last["hidden.tau_m"])
    assert len(np.unique(hidden.tau_m)) > 1
    assert hidden.tau_m.min() >= TINY.tau_bounds[0]


def test_choices_move_away_from_indifference(found: Network) -> None:
    first, last = found.settings["search"][0], found.settings["search"][-1]
    assert first["hidden.q_max"] < last["hidden.q_max"]
    assert last["hidden.entropy"] < first["hidden.entropy"] < np.log(3)


@pytest.mark.slow
def test_equal_arguments_give_an_equal_digest_and_another_seed_another(found: Network) -> None:
    assert search(tiny_split(), TINY, 0, "cpu").digest == found.digest
    assert search(tiny_split(), TINY, 1, "cpu").digest != found.digest


@pytest.mark.slow
def test_the_test_part_is_not_looked_at(found: Network) -> None:
    split = tiny_split()
    blind = search(Split(split.train, split.valid, split.test.take(slice(0, 2)), 2, "touch"), TINY, 0, "cpu")
    assert all(
        np.array_equal(one.synapses.weights, other.synapses.weights)
        for one, other in zip(found.connections, blind.connections, strict=True)
    )


@pytest.mark.slow
def test_a_price_makes_links_fewer() -> None:
    links = []
    for price in (0.0, 0.3):
        settings = dataclasses.replace(TINY, search=dataclasses.replace(TINY.search, price=price, epochs=3))
        links.append(search(tiny_split(), settings, 0, "cpu").settings["search"][-1]["hidden.links"])
    assert links[1] < links[0]


def test_without_a_window_plasticity_is_off() -> None:
    settings = dataclasses.replace(TINY, plasticity=dataclasses.replace(TINY.plasticity, window=0))
    hidden = search(tiny_split(), settings, 0, "cpu").layer("hidden")
    assert (hidden.tau_m == TINY.model.tau_m).all()
    assert (hidden.resistance == TINY.model.tau_m).all()


@pytest.mark.slow
@pytest.mark.parametrize("relaxation", RELAXATIONS)
@pytest.mark.parametrize("order", [1, 2])
def test_every_relaxation_and_order_leads_to_a_network(relaxation: str, order: int) -> None:
    settings = dataclasses.replace(
        TINY,
        search=dataclasses.replace(TINY.search, relaxation=relaxation, order=order, epochs=1),
        training=dataclasses.replace(TINY.training, epochs=1),
    )
    assert search(tiny_split(), settings, 0, "cpu").layer("hidden").motif is not None


@pytest.mark.slow
def test_several_layers_are_searched_each_with_a_motif_of_its_own() -> None:
    settings = dataclasses.replace(TINY, model=dataclasses.replace(TINY.model, neurons=(16, 8)))
    network = search(tiny_split(), settings, 0, "cpu")
    assert [layer.name for layer in network.layers] == ["hidden1", "hidden2", "readout"]
    motifs = [network.layer(name).motif for name in ("hidden1", "hidden2")]
    assert all(motif is not None for motif in motifs)
    assert {"hidden1.p_2", "hidden2.p_2", "hidden2.tau_m"} <= set(network.settings["search"][-1])
    assert list(network.settings["derived"]) == ["hidden1", "hidden2"]


def test_all_sizes_get_equally_many_updates() -> None:
    samples = DataLoader.of(CPU, tiny_split().train)
    supernet = new_supernet(tiny_split(), samples.batch(np.arange(16)), TINY, 0)
    plan = schedule(supernet, 7, np.random.default_rng(0))
    assert len(plan) == 7
    for start in (0, 2, 4):
        assert sorted(candidates["hidden"] for candidates in plan[start : start + 2]) == [0, 1]


@pytest.mark.parametrize("wiring", ["none", "grid"])
def test_other_wirings_can_be_searched(wiring: Wiring) -> None:
    settings = dataclasses.replace(TINY, model=dataclasses.replace(TINY.model, wiring=wiring))
    network = search(tiny_split(), settings, 0, "cpu")
    motif = network.layer("hidden").motif
    assert motif is not None
    assert motif.wiring == wiring
    assert any(c.name == "lateral" for c in network.connections) == (wiring == "grid")


def test_plasticity_moves_nothing_but_beta() -> None:
    samples = DataLoader.of(CPU, tiny_split().train)
    supernet = new_supernet(tiny_split(), samples.batch(np.arange(16)), TINY, 0)
    before = {name: value.detach().clone() for name, value in supernet.tensors().items()}
    tune(supernet, samples, np.random.default_rng(0), TINY, Draw())
    moved = {name for name, value in supernet.tensors().items() if not torch.equal(value, before[name])}
    assert moved == {"hidden.resistance", "hidden.tau_m"}


def test_the_set_point_brings_rates_back_and_moves_nothing_but_r() -> None:
    plasticity = dataclasses.replace(TINY.plasticity, rule="set-point", window=20)
    settings = dataclasses.replace(TINY, plasticity=plasticity)
    samples = DataLoader.of(CPU, tiny_split().train)
    supernet = new_supernet(tiny_split(), samples.batch(np.arange(16)), settings, 0)
    own = own_rates(supernet, samples, settings, Draw())["hidden"]
    supernet.beta["hidden.resistance"].mul_(0.5)  # damage
    before = {name: value.detach().clone() for name, value in supernet.tensors().items()}
    hurt = own_rates(supernet, samples, settings, Draw())["hidden"]
    tune(supernet, samples, np.random.default_rng(0), settings, Draw(), {"hidden": own})
    moved = {name for name, value in supernet.tensors().items() if not torch.equal(value, before[name])}
    assert moved == {"hidden.resistance"}
    repaired = own_rates(supernet, samples, settings, Draw())["hidden"]
    assert np.abs(repaired - own).mean() < 0.5 * np.abs(hurt - own).mean()
    assert own_rates(supernet, samples, TINY, Draw()) == {}  # spikl-ip remembers nothing


def test_a_search_takes_the_set_point_and_by_default_does_not(found: Network) -> None:
    plasticity = dataclasses.replace(TINY.plasticity, rule="set-point")
    network = search(tiny_split(), dataclasses.replace(TINY, plasticity=plasticity), 0, "cpu")
    assert network.settings["hyperparameters"]["plasticity"]["rule"] == "set-point"
    assert set(network.layer("hidden").tau_m) == {TINY.model.tau_m}
    assert len(set(network.layer("hidden").resistance)) > 1
    spikl = dataclasses.replace(TINY.plasticity, rule="spikl-ip")
    assert search(tiny_split(), dataclasses.replace(TINY, plasticity=spikl), 0, "cpu").digest == found.digest


class StoppedError(Exception):
    """What interrupts a run in these tests."""


@pytest.mark.slow
@pytest.mark.parametrize(("phase", "epoch"), [("search", 1), ("search", 2), ("train", 1), ("train", 4)])
def test_an_interrupted_run_goes_on_as_if_it_had_not_stopped(
    tmp_path: Path, found: Network, phase: str, epoch: int
) -> None:
    path = tmp_path / "run.checkpoint"
    heard: list[tuple[str, int]] = []

    def stop(progress: Progress) -> None:
        heard.append((progress.phase, progress.epoch))
        if heard[-1] == (phase, epoch):
            raise StoppedError

    with pytest.raises(StoppedError):
        search(tiny_split(), TINY, 0, "cpu", stop, path)
    resumed: list[Progress] = []
    network = search(tiny_split(), TINY, 0, "cpu", resumed.append, path)
    assert (network.digest, network.settings) == (found.digest, found.settings)
    everything = [("search", 1), ("search", 2), ("train", 1), ("train", 2), ("train", 3), ("train", 4)]
    assert heard + [(progress.phase, progress.epoch) for progress in resumed] == everything


def test_a_checkpoint_of_another_run_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.checkpoint"
    short = dataclasses.replace(
        TINY,
        search=dataclasses.replace(TINY.search, epochs=1),
        training=dataclasses.replace(TINY.training, epochs=1),
    )
    search(tiny_split(), short, 0, "cpu", checkpoint=path)
    with pytest.raises(InputError) as raised:
        search(tiny_split(), short, 1, "cpu", checkpoint=path)
    assert str(raised.value) == (
        f"{path} was written with another seed (0, now 1); "
        "continue with what it was begun with, or remove it to begin anew."
    )
    with pytest.raises(InputError, match="was written with another settings"):
        search(tiny_split(), TINY, 0, "cpu", checkpoint=path)
    with pytest.raises(InputError, match="was written with another split"):
        search(tiny_split(seed=1), short, 0, "cpu", checkpoint=path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(InputError, match=r"not a readable \.checkpoint file"):
        search(tiny_split(), short, 0, "cpu", checkpoint=path)


def test_a_foreign_checkpoint_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.checkpoint"
    artefact.save(artefact.Artefact("checkpoint", {"other": 1}, {}), path)
    with pytest.raises(InputError) as raised:
        load_checkpoint(path, {"seed": 0})
    assert str(raised.value) == (
        f"{path} tells neither of its run nor of its stages: it is damaged or of another search, so remove it, and the "
        "search begins anew."
    )


def test_bad_input_is_told_in_one_sentence() -> None:
    split = tiny_split()
    with pytest.raises(InputError) as raised:
        search(Split(split.train, split.valid.take(slice(0, 0)), split.test, 2, "touch"), TINY, 0, "cpu")
    assert str(raised.value) == ("the valid part of the split is empty; the search needs samples there, so add some.")
    with pytest.raises(InputError) as raised:
        search(split, TINY, 0, "gpu")
    assert str(raised.value) == "unknown device 'gpu'; allowed are auto, cpu and cuda, so choose one of them."


@pytest.mark.slow
def test_a_search_finds_the_same_in_every_padding() -> None:
    """Weights, alpha, plasticity and the figures of every epoch; on a chip, whose cost asks for rates."""
    train, valid, test = (three_paddings(seed, 8, samples) for seed, samples in enumerate((16, 8, 8)))
    splits = (Split(train[name], valid[name], test[name], 2, "touch") for name in train)
    bare, *others = (search(split, on_chip(TINY, "loihi1", 0.1), 0, "cpu") for split in splits)
    for other in others:
        assert {**other.settings} == {**bare.settings}
        assert text(dataclasses.replace(other, origin="")) == text(dataclasses.replace(bare, origin=""))
