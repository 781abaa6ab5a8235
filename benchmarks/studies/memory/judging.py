"""validation: how good a structure is on the validation part, which nothing but its search has looked at."""

from dataclasses import replace

import numpy as np
import torch

from search.data.loader import Batch, DataLoader
from search.data.task import Split
from search.nas.derive import readout_of
from search.nas.evaluate import evaluate_network
from search.network import Network
from search.settings import Settings
from search.training.initialize import reinitialize
from search.training.train import fit


def validation(structure: Network, split: Split, settings: Settings, seed: int, epochs: int) -> float:
    """Accuracy on the validation part after so many epochs on the training part alone, all weights drawn anew.

    The last training of `motifc search` takes both parts; this one is the same but for that.
    """
    network = reinitialize(structure, first_batch(split, settings), settings.start, seed)
    return begun_with(network, split, settings, seed, epochs)[0]


def begun_with(start: Network, split: Split, settings: Settings, seed: int, epochs: int) -> tuple[float, Network]:
    """The same from weights that are given, and the network that was trained."""
    device, training = torch.device("cpu"), replace(settings.training, epochs=epochs)
    alone = replace(split, valid=split.valid.take(slice(0, 0)))
    trained, _ = fit(start, alone, training, seed, device)
    valid = DataLoader.of(device, split.valid)
    return evaluate_network(trained, readout_of(split, settings.model), valid, training)["accuracy"], trained


def first_batch(split: Split, settings: Settings) -> Batch:
    """What fresh weights are scaled on."""
    loader = DataLoader.of(torch.device("cpu"), split.train)
    return loader.batch(np.arange(min(settings.training.batch, split.train.samples)))
