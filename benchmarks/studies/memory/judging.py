"""validation: how good a structure is on the validation part, which nothing but its search has looked at."""

from dataclasses import replace

import numpy as np
import torch

from search.data.loader import DataLoader
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
    device, training = torch.device("cpu"), replace(settings.training, epochs=epochs)
    loader = DataLoader.of(device, split.train)
    first = loader.batch(np.arange(min(training.batch, split.train.samples)))
    network = reinitialize(structure, first, settings.start, seed)
    alone = replace(split, valid=split.valid.take(slice(0, 0)))
    trained, _ = fit(network, alone, training, seed, device)
    valid = DataLoader.of(device, split.valid)
    return evaluate_network(trained, readout_of(split, settings.model), valid, training)["accuracy"]
