from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from search.nas.derive import motif_network
from search.nas.retraining import Candidate, Experiment, retrain
from search.network import Network
from search.training.progress import Progress
from targets.contracts.errors import InputError
from tests.search.tiny import TINY, tiny_split


class StoppedError(Exception):
    """What interrupts a run in these tests."""


def feed_forward(experiment: Experiment) -> Candidate:
    """A structure without recurrence, to be trained for two epochs."""
    start = {"hidden": np.full(16, 20.0)}
    network = motif_network({}, start, start, experiment.split, experiment.settings.model)
    settings = replace(experiment.settings, training=replace(experiment.settings.training, epochs=2))
    return Candidate(network, settings, 7, {"reason": "none"})


def trained(**more: object) -> Network:
    return retrain("mine", feed_forward, tiny_split(), TINY, 0, "cpu", **more)  # type: ignore[arg-type]


def test_the_network_is_trained_and_holds_what_the_candidate_says() -> None:
    network = trained()
    assert network.settings["method"] == "mine"
    assert network.settings["reason"] == "none"
    assert network.settings["passes"] == {"search": 7, "training": 2 * (48 + 24)}
    assert network.settings["hyperparameters"]["training"]["epochs"] == 2
    assert len(network.settings["training"]) == 2
    assert network.origin == tiny_split().digest
    (origin,), (step,) = network.provenance.trained_on, network.provenance.made
    assert (origin.split, origin.train, origin.valid, origin.test) == (tiny_split().digest, 48, 24, 24)
    assert (step.step, step.device, step.threads) == ("search by mine", "cpu", torch.get_num_threads())
    assert all(np.abs(connection.synapses.weights).sum() > 0 for connection in network.connections)


def test_an_interrupted_experiment_is_resumed(tmp_path: Path) -> None:
    def stop(epoch: Progress) -> None:
        raise StoppedError

    path = tmp_path / "mine.checkpoint"
    with pytest.raises(StoppedError):
        trained(progress=stop, checkpoint=path)
    seen: list[Progress] = []
    assert trained(progress=seen.append, checkpoint=path).digest == trained().digest
    assert [each.epoch for each in seen] == [2]


@pytest.mark.parametrize("part", ["train", "valid"])
def test_an_empty_part_is_refused(part: str) -> None:
    split = tiny_split()
    split = replace(split, **{part: getattr(split, part).take(slice(0, 0))})
    with pytest.raises(InputError) as error:
        retrain("mine", feed_forward, split, TINY, 0, "cpu")
    assert str(error.value) == (f"the {part} part of the split is empty; the search needs samples there, so add some.")
