"""train: the weights of a fixed structure, by gradients through time."""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from search.data.loader import DataLoader, torch_generator
from search.data.task import Split
from search.network import Network
from search.ranks import ALONE, Ranks
from search.settings import Settings, TrainingSettings, as_dict, in_shards
from search.training.adam import Adam, clipped
from search.training.checkpoint import (
    History,
    Stage,
    begun_stages,
    restore_tensors,
    save_checkpoint,
    stored_tensors,
)
from search.training.device import chosen_device
from search.training.loss import Tally, mean_square_rate
from search.training.own_rates import with_own_rates
from search.training.progress import Listener, Progress
from search.training.quantized import Quantized
from search.training.reach import check_reach, shortest_delay
from search.training.rules import gradient_rule
from search.training.sharded import answers
from search.training.torch_network import TorchNetwork, tensor
from targets.contracts.chip import ChipSpec
from targets.contracts.errors import InputError
from targets.contracts.ports import Readout
from targets.contracts.provenance import making

_PHASE = 2  # number of this phase in the seeds of its random streams
_ORDER, _DROP = range(2)


def train(
    network: Network,
    split: Split,
    settings: Settings,
    seed: int,
    device: str = "auto",
    progress: Listener | None = None,
    chip: ChipSpec | None = None,
    checkpoint: Path | None = None,
    ranks: Ranks = ALONE,
) -> Network:
    """The network with weights trained on the train and valid parts of `split`, from those it has.

    The wiring stays: dense, block, band and sparse connections keep their stored links, links of motifs also their
    type. The result has the split's digest as origin and the split in its provenance, and in its settings the
    hyperparameters of training, the seed and, under "training", loss and score of every epoch. With a `chip` the
    network runs on that chip's integers while it learns (search/training/quantized.py), and ends on them. With
    `checkpoint` the state is written there after every epoch; an existing file is resumed, and the result is the same.
    All `ranks` call this alike and get the same network; rank 0 alone writes the checkpoint and tells of progress.
    Raises InputError when network and split do not fit, for an unknown device, and for a checkpoint of another run.
    """
    chosen = chosen_device(device)
    ranks = ranks.sharing(settings.training.shards)
    settings = in_shards(settings, ranks.shards)
    ranks.check_alike("the data", split.digest)
    identity = {
        "method": "train",
        "network": network.digest,
        "seed": seed,
        "shards": ranks.shards,
        "settings": as_dict(settings),
        "split": split.digest,
        "device": chosen.type,
        "chip": None if chip is None else chip.name,
    }
    begun = begun_stages(checkpoint, identity, ranks).get("train")

    def keep(stage: Stage) -> None:
        if checkpoint is not None and ranks.first:
            save_checkpoint(checkpoint, identity, {"train": stage})

    trained, history = fit(network, split, settings.training, seed, chosen, progress, begun, keep, chip, ranks)
    before = network.settings.get("hyperparameters")
    used = {**(before if isinstance(before, Mapping) else {}), "training": as_dict(settings)["training"]}
    told = with_own_rates(documented(trained, split, used, seed, training=history), split, chosen)
    provenance = network.provenance.after_training(split.origin)
    return replace(told, provenance=provenance.after(making("train", chosen.type, torch.get_num_threads())))


def fit(
    network: Network,
    split: Split,
    settings: TrainingSettings,
    seed: int,
    device: torch.device,
    progress: Listener | None = None,
    begun: Stage | None = None,
    keep: Callable[[Stage], None] | None = None,
    chip: ChipSpec | None = None,
    ranks: Ranks = ALONE,
) -> tuple[Network, History]:
    """The trained network and the figures of every epoch; continues from `begun`, hands every epoch's end to `keep`.

    With a `chip` the network is trained on its grid; the scales follow the weights in the first half of the epochs
    and are fixed in the second, so that the weights settle on one grid.
    """
    readout = _fitting_readout(network, split)
    loader = DataLoader.of(device, split.train, split.valid, ranks=ranks)
    weights = {c.name: tensor(c.synapses.weights, device).requires_grad_() for c in network.connections}
    quantized = None if chip is None else Quantized.of(network, weights, chip, device)
    model = TorchNetwork.of(network, device) if quantized is None else quantized
    moving = weights if quantized is None else {**weights, **quantized.scales}
    optimizer = adamw(list(weights.values()), settings)
    priced = [each.name for each in network.hidden] if settings.spike_price else []
    history: History = ()
    if begun is not None:
        restore_tensors(begun.arrays, moving, {"weights": optimizer})
        history = begun.history
    steps = settings.epochs * math.ceil(len(loader) / settings.batch)
    for epoch in range(len(history), settings.epochs):
        if quantized is not None and epoch <= settings.epochs // 2:
            quantized.follow(weights)
        tally = Tally(readout, settings.loss)
        batches = loader.shuffled(settings.batch, seed, _PHASE, _ORDER, epoch)
        generator = torch_generator(device, seed, _PHASE, _DROP, epoch)
        for number, whole in enumerate(loader.batches(batches)):
            batch = whole.stretched(settings.stretch, generator).thinned(settings.drop, generator)
            rate = learning_rate(epoch * len(batches) + number, steps, settings)
            rule, about = gradient_rule(settings), [readout.population, *priced]
            told = answers(batch, [split.input], model.cells, model.wires(weights), rule, readout, about)
            loss = tally.add(told[readout.population], batch)
            if priced:
                loss = loss + settings.spike_price * mean_square_rate([told[name] for name in priced], batch)
            descend(optimizer, loss, rate, settings.clip)
        entry = tally.figures
        history = (*history, entry)
        ranks.check_equal(f"weights after epoch {epoch + 1}", *moving.values())
        if keep is not None:
            keep(Stage(stored_tensors(moving, {"weights": optimizer}), history))
        if progress is not None and ranks.first:
            judged = "thinned training samples" if settings.drop else "training samples"
            progress(Progress("train", epoch + 1, settings.epochs, entry["loss"], entry.get("accuracy"), entry, judged))
    return model.with_weights(weights), history


def documented(
    network: Network, split: Split, hyperparameters: Mapping[str, Any], seed: int, **histories: History
) -> Network:
    """The network with its origin and with hyperparameters, seed and histories in its settings, as JSON values."""
    stored: dict[str, Any] = {name: [dict(entry) for entry in history] for name, history in histories.items()}
    return replace(
        network,
        origin=split.digest,
        settings={**network.settings, "hyperparameters": dict(hyperparameters), "seed": seed, **stored},
    )


def adamw(weights: list[Tensor], settings: TrainingSettings) -> Adam:
    """The optimizer of weights."""
    return Adam(weights, decay=settings.weight_decay)


def descend(optimizer: Adam, loss: Tensor, rate: float, clip: float) -> None:
    """One step down the gradient, whose norm over all parameters is clipped."""
    # Only these parameters get gradients, whatever else the loss depends on.
    gradients = torch.autograd.grad(loss, list(optimizer.parameters), allow_unused=True)
    optimizer.step(clipped(gradients, clip), rate)


def learning_rate(step: int, steps: int, settings: TrainingSettings) -> float:
    """Linear warm-up, then a cosine from the full rate to 0 over `steps` steps."""
    warm = min(1.0, (step + 1) / settings.warm_up) if settings.warm_up else 1.0
    return settings.rate * warm * 0.5 * (1 + math.cos(math.pi * step / steps))


def _fitting_readout(network: Network, split: Split) -> Readout:
    """The readout of a network that can learn this split; else InputError."""
    ports = {source.name: source.neurons for source in network.inputs}
    if ports != {split.input: split.neurons}:
        raise InputError(
            f"the network has inputs {ports}; the data are {split.neurons} neurons wide and belong to the input "
            f"{split.input!r}, so take data and network that fit."
        )
    answer = network.readout
    if answer is None or answer.classes != split.classes or answer.tells_values != (split.by == "value"):
        found = "no readout" if answer is None else f"a readout of {answer.classes} {_kind(answer.tells_values)}"
        raise InputError(
            f"the network has {found}; the data have {split.classes} {_kind(split.by == 'value')}, so give it one that "
            "fits."
        )
    if not split.train.samples + split.valid.samples:
        raise InputError("the split has no samples to train on; give at least one.")
    delay = shortest_delay(network)
    if not delay:
        raise InputError(
            f"no connections lead from an input to the readout {answer.population!r}; it can learn nothing "
            "then, so connect it."
        )
    check_reach(delay, int(max(split.train.lengths.max(initial=0), split.valid.lengths.max(initial=0))), "the samples")
    return answer


def _kind(values: bool) -> str:
    return "values" if values else "classes"
