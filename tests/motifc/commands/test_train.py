"""motifc train: weights again, scalars beside them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from search.network import Network
from targets.contracts.ports import Input
from targets.contracts.raster import save_rasters
from tests.motifc.command_line import Motifc
from tests.networks import random_network, random_spikes
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
