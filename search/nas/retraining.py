"""retrained: the frame around every method; it finds a structure, draws all weights anew and trains them alone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from search.data.loader import Batch, Samples
from search.data.task import Split
from search.network import Network
from search.settings import Settings, as_dict
from search.training.checkpoint import Stage, load_checkpoint, save_checkpoint
from search.training.device import chosen_device
from search.training.initialise import reinitialise
from search.training.progress import Listener
from search.training.train import documented, fit
from targets.contracts.errors import InputError


@dataclass(frozen=True, eq=False)
class Run:
    """What a method finds a structure with.

    first   batch that fresh weights are scaled on; it lies on the device of the run
    stages  phase -> where an interrupted run stopped in it; none in a fresh run
    keep    hands over where a phase stands, after every epoch
    """

    split: Split
    settings: Settings
    seed: int
    first: Batch
    stages: Mapping[str, Stage]
    keep: Callable[[str, Stage], None]
    progress: Listener | None


@dataclass(frozen=True, eq=False)
class Found:
    """What a method found.

    network   the structure, all weights zero
    settings  those it was found with and is to be trained with
    passes    samples taken forward and backward to find it
    told      what the network's settings shall tell of it, JSON values
    """

    network: Network
    settings: Settings
    passes: int
    told: Mapping[str, Any]


Finder = Callable[[Run], Found]


def retrained(
    method: str,
    finder: Finder,
    split: Split,
    settings: Settings,
    seed: int,
    device: str = "auto",
    progress: Listener | None = None,
    checkpoint: Path | None = None,
) -> Network:
    """The network that `finder` finds for `split`, its weights drawn anew and trained on the train and valid parts.

    The test part is not looked at. The network's settings hold the method's name, the hyperparameters, the seed, what
    the finder told, the figures of every epoch of training ("training") and the samples taken forward and backward
    ("passes"). Equal arguments give an equal digest on the same machine with the same number of threads. With
    `checkpoint` the state is written there after every epoch, and an existing file is continued as if it had never
    stopped. Raises InputError for an unknown device, for an empty part, and for a checkpoint of another run.
    """
    place = chosen_device(device)
    for name, part in (("train", split.train), ("valid", split.valid)):
        if not part.samples:
            raise InputError(f"the {name} part of the split is empty; the search needs samples there, so add some.")
    identity = {
        "method": method,
        "seed": seed,
        "settings": as_dict(settings),
        "split": split.digest,
        "device": place.type,
    }
    stages = {} if checkpoint is None else load_checkpoint(checkpoint, identity)

    def keep(phase: str, stage: Stage) -> None:
        stages[phase] = stage
        if checkpoint is not None:
            save_checkpoint(checkpoint, identity, stages)

    first = Samples.of(place, split.train).batch(np.arange(min(settings.training.batch, split.train.samples)))
    found = finder(Run(split, settings, seed, first, stages, keep, progress))
    training = found.settings.training
    network = reinitialise(found.network, first, settings.start, seed)
    begun, chip = stages.get("train"), training.chip
    network, learned = fit(
        network, split, training, seed, place, progress, begun, lambda stage: keep("train", stage), chip
    )
    passes = {"search": found.passes, "training": training.epochs * (split.train.samples + split.valid.samples)}
    network = documented(network, split, found.settings, seed, training=learned)
    return network.with_settings(method=method, passes=passes, **found.told)
