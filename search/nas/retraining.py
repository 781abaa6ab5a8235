"""retrain: the frame around every method; it finds a structure, draws its weights anew and trains them alone."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from search.data.loader import Batch, DataLoader
from search.data.task import Split
from search.nas.budget import in_units
from search.network import Network
from search.ranks import ALONE, Ranks
from search.settings import Settings, as_dict, in_shards
from search.training.checkpoint import Stage, begun_stages, save_checkpoint
from search.training.device import chosen_device
from search.training.initialize import reinitialize
from search.training.own_rates import with_own_rates
from search.training.progress import Listener
from search.training.reach import check_reach
from search.training.train import documented, fit
from targets.contracts.errors import InputError
from targets.contracts.provenance import Provenance, making


@dataclass(frozen=True, eq=False)
class Experiment:
    """What a method works with.

    first   batch that fresh weights are scaled on; on the device of the experiment
    stages  phase -> where an interrupted experiment stopped in it; empty for a fresh one
    keep    called after every epoch with a phase and its stage
    ranks   who works on the batches
    """

    split: Split
    settings: Settings
    seed: int
    first: Batch
    stages: Mapping[str, Stage]
    keep: Callable[[str, Stage], None]
    progress: Listener | None
    ranks: Ranks = ALONE


@dataclass(frozen=True, eq=False)
class Candidate:
    """The structure a method proposes.

    network   the structure; its weights do not matter
    settings  those it was found with and is to be trained with
    passes    samples taken forward and backward to find it
    metadata  stored in the network's settings, JSON values
    forward   samples taken forward alone to find it
    start     the structure with weights that the last training begins with; None where they are drawn anew
    """

    network: Network
    settings: Settings
    passes: int
    metadata: Mapping[str, Any]
    forward: int = 0
    start: Network | None = None

    def units(self, split: Split) -> float:
        """What it took to find it, as `search.nas.budget` counts."""
        return in_units(split, self.passes, self.forward)


Method = Callable[[Experiment], Candidate]


def retrain(
    name: str,
    method: Method,
    split: Split,
    settings: Settings,
    seed: int,
    device: str = "auto",
    progress: Listener | None = None,
    checkpoint: Path | None = None,
    ranks: Ranks = ALONE,
) -> Network:
    """The network that `method` finds for `split`, its weights trained on the train and valid parts.

    They are drawn anew, unless the method says what to begin with.

    The test part is not used. The network's provenance tells of the split and of the CPU seconds; its settings hold the
    method's name, the hyperparameters, the seed, the candidate's metadata, the figures of every epoch of training
    ("training") and the samples taken forward and backward ("passes"). Equal arguments give an equal digest on the same
    machine with the same number of threads. With `checkpoint` the state is written there after every epoch; an existing
    file is resumed. All `ranks` call this alike and get the same network, whatever their number; rank 0 alone looks at
    the checkpoint and tells of progress. Raises InputError for an unknown device, for a part that is empty or of too
    short samples, for ranks that differ in what they hold, and for a checkpoint of another experiment.
    """
    chosen = chosen_device(device)
    ranks = ranks.sharing(settings.training.shards)
    settings = in_shards(settings, ranks.shards)
    for part_name, part in (("train", split.train), ("valid", split.valid)):
        if not part.samples:
            raise InputError(
                f"the {part_name} part of the split is empty; the search needs samples there, so add some."
            )
        delay = (
            len(settings.model.neurons) * (1 + min(settings.model.input_delays)) + 1
        )  # one step into every layer and one more into the readout
        check_reach(delay, int(part.lengths.max()), f"the samples of the {part_name} part")
    ranks.check_alike("the data", split.digest)
    identity = {
        "method": name,
        "seed": seed,
        "shards": ranks.shards,
        "settings": as_dict(settings),
        "split": split.digest,
        "device": chosen.type,
    }
    stages = begun_stages(checkpoint, identity, ranks)

    def keep(phase: str, stage: Stage) -> None:
        stages[phase] = stage
        if checkpoint is not None and ranks.first:
            save_checkpoint(checkpoint, identity, stages)

    first = DataLoader.of(chosen, split.train).batch(np.arange(min(settings.training.batch, split.train.samples)))
    progress = progress if ranks.first else None
    began = time.process_time()
    candidate = method(Experiment(split, settings, seed, first, stages, keep, progress, ranks))
    found = time.process_time()
    training = candidate.settings.training
    network = candidate.start or reinitialize(candidate.network, first, settings.start, seed)
    begun, chip = stages.get("train"), training.chip
    network, learned = fit(
        network, split, training, seed, chosen, progress, begun, lambda stage: keep("train", stage), chip, ranks
    )
    passes = {"search": candidate.passes, "training": training.epochs * (split.train.samples + split.valid.samples)}
    units = {
        "search": candidate.units(split),
        "training": in_units(split, passes["training"]),
    }
    network = documented(network, split, as_dict(candidate.settings), seed, training=learned)
    seconds = {"search": found - began, "training": time.process_time() - found}
    step = making(f"search by {name}", chosen.type, torch.get_num_threads(), seconds)
    network = with_own_rates(replace(network, provenance=Provenance((split.origin,), (step,))), split, chosen)
    return network.with_settings(method=name, passes=passes, units=units, **candidate.metadata)
