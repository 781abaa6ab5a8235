"""What is remembered of the health of neurons."""

from dataclasses import replace

import numpy as np
import pytest

from search.network import Network
from targets.contracts.errors import InputError
from targets.contracts.own_rates import OwnRates, unlabelled_digest
from tests.networks import labelled_spikes, random_network


def test_the_digest_of_data_knows_no_labels_and_no_padding() -> None:
    spikes = labelled_spikes(0, 11, 6)
    bare = replace(spikes, labels=None)
    assert (
        unlabelled_digest({"a": spikes}) == unlabelled_digest({"a": bare}) == unlabelled_digest({"b": bare.padded(3)})
    )
    assert unlabelled_digest({"a": bare.take(slice(5))}) != unlabelled_digest({"a": bare})


def test_rates_fit_their_populations_or_are_refused() -> None:
    network = random_network(0)
    own = OwnRates("mine", "d", {"hidden": np.full(24, 0.1)})
    assert own.of(network.layer("hidden"))["hidden"].tolist() == [0.1] * 24
    with pytest.raises(InputError, match=r"for population 'answer' of 3 neurons there are none; give --reference\."):
        own.of(*network.layers)
    with pytest.raises(InputError, match=r"those of 24 neurons; give --reference\."):
        own.of(replace(network.layer("answer"), name="hidden"))
    with pytest.raises(InputError, match=r"own rates of 'a' run from -1 to 0\.5; a neuron spikes 0 to 1"):
        OwnRates("mine", "d", {"a": np.array([-1, 0.5])})


def test_a_file_keeps_them_and_the_digest_does_not_see_them(tmp_path: object) -> None:
    network = random_network(0)
    known = replace(network, own_rates=OwnRates("mine", "d", {"hidden": np.full(24, 0.1)}))
    path = f"{tmp_path}/net.network"
    assert known.save(path) == network.digest
    kept = Network.load(path).own_rates
    assert kept is not None
    assert (kept.data, kept.digest, kept.rates["hidden"].tolist()) == ("mine", "d", [0.1] * 24)
