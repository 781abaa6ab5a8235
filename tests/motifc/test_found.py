"""found: one line that tells what came of a search or of a training."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from motifc.evaluation import evaluate
from motifc.found import found, structure
from search.data.task import Split
from search.motif import Motif
from search.network import Connection, Layer, Network
from targets.contracts.ports import Input, Readout
from targets.contracts.synapses import Dense
from tests.networks import labelled_spikes, random_network


def split_for(network: Network) -> Split:
    train, valid, test = (labelled_spikes(number, 11, samples) for number, samples in enumerate((6, 6, 9)))
    return Split(train, valid, test, 3, "touch", data="mine", seed=4)


def told(settings: dict[str, Any]) -> str:
    network = replace(random_network(0), settings=settings)
    return found(network, Path("my net.network"), split_for(network)).sentence


def test_everything_is_on_one_line() -> None:
    history = [{"accuracy": 0.5, "hidden.p_4": 0.1}, {"accuracy": 0.75, "hidden.p_8": 0.125, "hidden.p_4": 0.875}]
    network = random_network(0)
    motif = network.layer("hidden").motif
    assert motif is not None
    links = f"{np.count_nonzero(motif.intra) + np.count_nonzero(motif.lateral)} of 48 links"
    accuracy = evaluate(network, split_for(network).test).sentence
    assert told({"search": history}) == (
        f"my net.network: hidden of 24 neurons in motifs of 4 (4: 87.5%, 8: 12.5%) with {links}; validation "
        f"accuracy 75.00% (of the search, before it was trained on), test accuracy {accuracy} in float, ties count as "
        f"wrong, seed 4, digest {network.digest[:16]}; next: motifc compile 'my net.network' --out 'my net.program'"
    )


def test_a_validation_part_that_was_only_trained_on_has_no_accuracy() -> None:
    assert "; validation accuracy none (it was trained on), test accuracy " in told({})
    candidates = [{"accuracy": 0.25}, {"accuracy": 0.5}]
    random = told({"candidates": candidates, "chosen": 2})
    assert "in motifs of 4 with " in random
    assert " links, candidate 2 of 2; validation accuracy 50.00% (of the candidate, before it was trained on)" in random


def test_layers_without_motifs_tell_their_links() -> None:
    motif = Motif(2, np.array([[0, 1], [-1, 0]]), "none", np.empty((0, 2, 2)))
    layers = (Layer.of("a", 2), Layer.of("b", 3), Layer.of("c", 4, motif=motif), Layer.of("answer", 2))
    edges = (
        Connection("in", "x", "a", Dense(np.ones((2, 1)))),
        Connection("self", "b", "b", Dense(np.array([[1.0, 0, 0], [0, 1, 0], [1, 0, 0]]))),
    )
    network = Network((Input("x", 1),), layers, edges, Readout("answer", 2))
    assert structure(network) == (
        "a of 2 neurons without recurrent links, b of 3 neurons with 3 recurrent links, c of 4 neurons in motifs of 2 "
        "with 2 of 4 links"
    )
