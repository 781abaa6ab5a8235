"""motifc train: weights again, scalars beside them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from motifc.evaluation import evaluate
from search.data.load import load_split
from search.network import Network
from targets.contracts.ports import Input
from targets.contracts.provenance import Provenance
from targets.contracts.raster import save_rasters
from tests.motifc.command_line import Motifc
from tests.networks import labelled_spikes, random_network, random_spikes
from tests.search.event_file import shown_scalars


@pytest.mark.slow
def test_train_writes_scalars_where_asked(motifc: Motifc) -> None:
    labels = np.arange(15, dtype=np.int32) % 3
    save_rasters({"spikes": replace(random_spikes(0, 11, samples=15), labels=labels)}, "train.npz")
    network = random_network(0)
    first, *others = network.connections
    first = replace(first, source="input")  # the name of a user's own spikes
    replace(network, inputs=(Input("input", 11),), connections=(first, *others)).save("net.network")
    Path("short.toml").write_text("[training]\nepochs = 2\n")
    arguments = ["--network", "net.network", "--data", "train.npz", "--config", "short.toml", "--out", "o.network"]
    outcome = motifc("train", *arguments, "--tensorboard", "scalars")
    assert outcome.status == 0, outcome.err
    told = Network.load("o.network").settings["training"]
    shown = shown_scalars(Path("scalars"))
    assert [epoch for epoch, _ in shown["train/loss"]] == [1, 2]
    assert [value for _, value in shown["train/loss"]] == pytest.approx([entry["loss"] for entry in told])


@pytest.mark.slow
def test_train_continues_a_network(motifc: Motifc) -> None:
    """One epoch on digits from a fresh search of one epoch, through the command line alone."""
    Path("quick.toml").write_text("[model]\nneurons = 16\n[search]\nepochs = 1\n[training]\nepochs = 1\n")
    searched = motifc("search", "--data", "digits", "--config", "quick.toml", "--quantize-aware", "--out", "a.network")
    assert searched.status == 0, searched.err
    assert Network.load("a.network").settings["grid"] == "loihi2"
    trained = motifc(
        "train", "--network", "a.network", "--data", "digits", "--config", "quick.toml", "--out", "b.network"
    )
    assert trained.status == 0, trained.err
    first, second = Network.load("a.network"), Network.load("b.network")
    assert second.settings["hyperparameters"]["model"]["neurons"] == [16]
    assert first.digest != second.digest
    assert first.layer("hidden").tau_m.tolist() == second.layer("hidden").tau_m.tolist()
    again = ("train", "--network", "a.network", "--data", "digits", "--config", "quick.toml", "--quantize-aware")
    aware = motifc(*again, "--chip", "loihi1", "--out", "c.network")
    assert aware.status == 0, aware.err
    assert Network.load("c.network").settings["grid"] == "loihi1"
    unknown = motifc(*again, "--chip", "loihi9", "--out", "d.network")
    assert unknown.status == 2
    assert unknown.err.startswith("motifc: setting training.grid is 'loihi9'; allowed are none, loihi1, loihi2, ")


def of_mine(seed: int) -> Network:
    """A network that fits mine.npz and was trained on its split of that seed, if its files are believed."""
    save_rasters({"spikes": labelled_spikes(0, 11, 30)}, "mine.npz")
    split = load_split("mine.npz", seed=seed)
    network = random_network(0)
    first, *others = network.connections
    first = replace(first, source="input")  # the name of a user's own spikes
    network = replace(network, inputs=(Input("input", 11),), connections=(first, *others), origin=split.digest)
    return replace(network, provenance=Provenance().after_training(split.origin))


@pytest.mark.slow
def test_the_split_is_that_of_the_network(motifc: Motifc) -> None:
    of_mine(3).save("net.network")
    Path("short.toml").write_text("[training]\nepochs = 1\n")
    outcome = motifc("train", "--network", "net.network", "--config", "short.toml", "--out", "o.network")
    assert outcome.status == 0, outcome.err
    (line,) = outcome.out.splitlines()
    trained, split = Network.load("o.network"), load_split("mine.npz", seed=3)
    assert [origin.split for origin in trained.provenance.trained_on] == [split.digest]
    assert f"test accuracy {evaluate(trained, split.test).sentence} in float, ties count as wrong, seed 3, " in line
    assert line.endswith("; next: motifc compile o.network --out o.program")


def test_another_split_must_be_asked_for_by_its_seed(motifc: Motifc) -> None:
    of_mine(3).save("net.network")
    save_rasters({"spikes": labelled_spikes(7, 11, 30)}, "other.npz")
    arguments = ("train", "--network", "net.network", "--data", "other.npz", "--out", "o.network")
    outcome = motifc(*arguments)
    assert outcome.status == 2
    assert outcome.err == (
        "motifc: net.network was trained on mine.npz, split of seed 3, and other.npz, split of seed 3 is another "
        "split, whose test part may hold samples trained on before; give --seed to say that it is meant.\n"
    )
    assert not Path("o.network").exists()
    replace(of_mine(3), provenance=Provenance()).save("net.network")  # as in files of version 1
    assert motifc(*arguments).err.startswith(
        "motifc: net.network does not say what it was trained on, and other.npz, split of seed 0 is another split, "
    )


@pytest.mark.slow
def test_a_split_whose_seed_is_given_is_trained_on_and_both_are_remembered(motifc: Motifc) -> None:
    of_mine(3).save("net.network")
    Path("short.toml").write_text("[training]\nepochs = 1\n")
    arguments = ("train", "--network", "net.network", "--seed", "0", "--config", "short.toml", "--out", "o.network")
    assert motifc(*arguments).status == 0
    splits = [load_split("mine.npz", seed=seed).digest for seed in (3, 0)]
    assert [origin.split for origin in Network.load("o.network").provenance.trained_on] == splits
    seen = Network.load("o.network").provenance.seen(load_split("mine.npz", seed=0).test)
    assert seen
    assert motifc("eval", "o.network").out.startswith(
        "mine.npz, split of seed 0; o.network was trained on mine.npz, split of seed 3 and mine.npz, split of seed 0: "
        f"6 test samples, {seen} of them trained on\n"
    )
