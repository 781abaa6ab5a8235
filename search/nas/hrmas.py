"""HRMAS: architecture, weights and intrinsic plasticity in turn; then derive, reinitialize, retrain."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import cycle, islice
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from search.data.loader import Batch, DataLoader
from search.data.task import Split
from search.nas.alpha_gradient import Objective, alpha_gradient
from search.nas.budget import in_units, whole_epochs
from search.nas.derive import derivation, derive, motif_network
from search.nas.evaluate import evaluate_supernet, firing_rates
from search.nas.hardware_cost import HardwareCost
from search.nas.relaxation import RELAXATIONS, Draw
from search.nas.retraining import Candidate, Experiment, retrain
from search.nas.supernet import Supernet
from search.network import Network
from search.ranks import ALONE, Ranks
from search.settings import Settings
from search.training.adam import Adam
from search.training.checkpoint import History, Stage, restore_tensors, stored_tensors
from search.training.loss import calibrated_loss
from search.training.plasticity import adapted
from search.training.progress import Listener, Progress
from search.training.rules import gradient_rule
from search.training.train import adamw, descend
from targets.contracts.arrays import Array, Floats
from targets.contracts.errors import InputError
from targets.contracts.set_point import set_point_step

_JUDGED = "the validation part"
_PHASE = 1  # number of this phase in the seeds of its random streams
_TRAIN, _VALID, _WINDOW, _START, _SIZES, _TYPES = range(6)


def search(
    split: Split,
    settings: Settings,
    seed: int,
    device: str = "auto",
    progress: Listener | None = None,
    checkpoint: Path | None = None,
    ranks: Ranks = ALONE,
) -> Network:
    """Search a motif for `split` and return the network built of it, retrained on the train and valid parts.

    ```
    repeat `search.epochs` times:
        step 1   for every batch of the training part:
                     alpha <- Adam on L_valid(w, alpha, beta);  w <- AdamW on L_train(w, alpha, beta)
        step 2   for every forward pass of the window: beta <- SpiKL intrinsic plasticity
    derive the motifs, keep beta = (R, tau_m), draw all weights anew, train them alone
    ```
    `search.nas.relaxation` describes how undecided choices are run; `search.order` is the order of alpha's gradient.
    L_valid carries a price per expected link and, where `search.chip` names a chip, `search.cost` times what the
    network is expected to need there (see `search.nas.hardware_cost`). What is stored beside the network, checkpoints
    and errors: `search.nas.retraining.retrain`; `find` adds the figures of every epoch ("search") and how each motif
    came to be ("derived").

    Source: W. Zhang, H. Geng, P. Li, "Composing recurrent spiking neural networks using locally-recurrent motifs and
    risk-mitigating architectural optimization", Front. Neurosci. 18:1412559 (2024).
    """
    return retrain("hrmas", find, split, settings, seed, device, progress, checkpoint, ranks)


def find(experiment: Experiment, sizes: Sequence[Sequence[int]] | None = None, delayed: bool = False) -> Candidate:
    """Search and derive; `sizes` are the candidate motif sizes of each hidden layer, else those of the settings.

    Delays are chosen too where `delayed`. A budget in the settings decides the number of epochs.
    """
    supernet, candidate = searched(experiment, sizes, delayed, experiment.settings.search.budget)
    derived = {name: derivation(layer, supernet.alpha[name]) for name, layer in supernet.layers.items()}
    return replace(candidate, metadata={**candidate.metadata, "derived": derived})


def searched(
    experiment: Experiment, sizes: Sequence[Sequence[int]] | None, delayed: bool, budget: float
) -> tuple[Supernet, Candidate]:
    """The supernet after its search, and what is derived from it; with a `budget`, of as many epochs as that allows."""
    split, settings, seed = experiment.split, experiment.settings, experiment.seed
    offered = [settings.model.sizes] * len(settings.model.neurons) if sizes is None else sizes
    if budget:
        epochs = whole_epochs(budget, units_per_epoch(settings, split, offered), "an epoch of HRMAS")
        settings = replace(settings, search=replace(settings.search, epochs=epochs))
    if delayed and not RELAXATIONS[settings.search.relaxation].apart:
        raise InputError(
            f"setting search.relaxation is {settings.search.relaxation!r}, which mixes all sizes in one network; "
            "delays are chosen by gumbel and expected alone, so take one of these, or --method hrmas."
        )
    supernet = Supernet.of(split, experiment.first, settings, (_PHASE, _START, seed), sizes, delayed)
    begun, keep = experiment.stages.get("search"), partial(experiment.keep, "search")
    history = explore(supernet, split, settings, seed, experiment.progress, begun, keep, experiment.ranks)
    own = settings.search
    both = own.epochs * split.train.samples * passes_per_sample(settings, offered)
    forward = own.epochs * _forward(settings, split)
    metadata = {"search": [dict(entry) for entry in history]}
    return supernet, Candidate(derived_network(supernet, split, settings), settings, both, metadata, forward)


def units_per_epoch(settings: Settings, split: Split, candidates: Sequence[Sequence[int]]) -> float:
    """What an epoch of the search takes: steps of weights and of alpha, three looks at the valid part, the window."""
    both = split.train.samples * passes_per_sample(settings, candidates)
    return in_units(split, both, _forward(settings, split))


def _forward(settings: Settings, split: Split) -> int:
    """Samples taken forward alone in an epoch."""
    window = settings.plasticity.window * min(settings.search.batch, split.train.samples)
    return 3 * split.valid.samples + window


def passes_per_sample(settings: Settings, candidates: Sequence[Sequence[int]]) -> int:
    """How often step 1 takes a sample forward and backward for each sample of the train part, in one epoch.

    Once for the weights, the other times for alpha, whose gradient needs all candidate sizes of all layers.
    """
    apart = RELAXATIONS[settings.search.relaxation].apart
    networks = sum(len(sizes) for sizes in candidates) if apart else 1
    return 1 + networks * (4 if settings.search.order == 2 else 1)


def new_supernet(
    split: Split, first: Batch, settings: Settings, seed: int, candidates: Sequence[Sequence[int]] | None = None
) -> Supernet:
    """The supernet before its first step, its weights scaled on the batch `first`; candidates as in `find`."""
    return Supernet.of(split, first, settings, (_PHASE, _START, seed), candidates)


def derived_network(supernet: Supernet, split: Split, settings: Settings) -> Network:
    """The network of the most probable choices with the supernet's beta, all weights zero."""
    beta = {name: value.cpu().numpy().astype(np.float64) for name, value in supernet.beta.items()}
    motifs = {name: derive(layer, supernet.alpha[name]) for name, layer in supernet.layers.items()}
    resistance, tau_m = ({name: beta[f"{name}.{key}"] for name in motifs} for key in ("resistance", "tau_m"))
    return motif_network(motifs, resistance, tau_m, split, settings.model)


def explore(
    supernet: Supernet,
    split: Split,
    settings: Settings,
    seed: int,
    progress: Listener | None = None,
    begun: Stage | None = None,
    keep: Callable[[Stage], None] = lambda stage: None,
    ranks: Ranks = ALONE,
) -> History:
    """Move the supernet's tensors through all epochs of the search and return the figures of each.

    An entry has loss and accuracy, or sMAPE, on the validation part and the divergence of rates from their target, each
    before step 1 ("..._before"), after it ("..._step_1") and after step 2; then, of every hidden layer, how decided it
    is and how its neurons fare (see `search.nas.evaluate`); with a chip also the expected "synapses", "cores",
    "messages".
    """
    device = next(iter(supernet.beta.values())).device
    hardware = None if settings.search.chip == "none" else HardwareCost.of(split, settings)
    train, valid = (DataLoader.of(device, part, ranks=ranks) for part in (split.train, split.valid))
    own = settings.search
    alpha = Adam(supernet.alpha_parameters, (own.alpha_betas[0], own.alpha_betas[1]))
    weights = adamw(list(supernet.learned.values()), settings.training)
    history: History = ()
    if begun is not None:
        restore_tensors(begun.arrays, supernet.tensors(), {"alpha": alpha, "weights": weights})
        history = begun.history
    for epoch in range(len(history), own.epochs):
        streams = {stream: (seed, _PHASE, stream, epoch) for stream in range(_TYPES + 1)}
        draw = Draw(_temperature(epoch, settings), streams[_TYPES])
        still = Draw(draw.temperature)
        remembered = own_rates(supernet, train, settings, still)
        before = evaluate_supernet(supernet, valid, settings, still)
        learned = train.shuffled(own.batch, *streams[_TRAIN])
        others = cycle(valid.shuffled(own.batch, *streams[_VALID]))
        judged = valid.batches(list(islice(others, len(learned))))
        penalty = _hardware_penalty(supernet, hardware, before, settings)
        sizes = schedule(supernet, len(learned), np.random.default_rng(streams[_SIZES]))
        batches = zip(sizes, train.batches(learned), judged, strict=True)
        for number, (candidates, train_batch, valid_batch) in enumerate(batches):
            choose(supernet, alpha, valid_batch, train_batch, settings, candidates, draw.at(2 * number), penalty)
            learn(supernet, weights, train_batch, settings, candidates, draw.at(2 * number + 1))
        between = evaluate_supernet(supernet, valid, settings, still)
        tune(supernet, train, np.random.default_rng(streams[_WINDOW]), settings, still, remembered)
        entry = evaluate_supernet(supernet, valid, settings, still)
        for figure in [name for name in before if name in ("loss", "accuracy", "smape", "rate_kl")]:
            entry |= {f"{figure}_before": before[figure], f"{figure}_step_1": between[figure]}
        if hardware is not None:
            entry |= hardware.estimate(supernet.layers, supernet.alpha, _rates(supernet, entry)).figures()
        history = (*history, entry)
        ranks.check_equal(f"weights and choices after epoch {epoch + 1}", *supernet.tensors().values())
        keep(Stage(stored_tensors(supernet.tensors(), {"alpha": alpha, "weights": weights}), history))
        if progress is not None:
            progress(Progress("search", epoch + 1, own.epochs, entry["loss"], entry.get("accuracy"), entry, _JUDGED))
    return history


def choose(
    supernet: Supernet,
    optimizer: Adam,
    valid: Batch,
    train: Batch,
    settings: Settings,
    candidates: Mapping[str, int],
    draw: Draw,
    penalty: Objective | None = None,
) -> None:
    """Step 1 for alpha: down calibrated validation loss, link price and penalty; weights fixed or one step ahead."""
    own = settings.search

    def priced(net: Supernet) -> Tensor:
        loss = net.expected_loss(valid, settings, candidates, draw, calibrated_loss) + own.price * net.expected_links()
        return loss if penalty is None else loss + penalty(net)

    def learning(net: Supernet) -> Tensor:
        return net.expected_loss(train, settings, candidates, draw)

    gradients = alpha_gradient(supernet, priced, learning if own.order == 2 else None, own.rate)
    optimizer.step(supernet.at_equal_pace(gradients), own.alpha_rate)


def learn(
    supernet: Supernet,
    optimizer: Adam,
    batch: Batch,
    settings: Settings,
    candidates: Mapping[str, int],
    draw: Draw,
) -> None:
    """Step 1 for the weights: down the training loss of one candidate per layer, alpha fixed."""
    fixed = {
        name: each.with_tensors(value.detach() for value in each.tensors()) for name, each in supernet.alpha.items()
    }
    loss = replace(supernet, alpha=fixed).loss(batch, settings, candidates, draw)
    descend(optimizer, loss, settings.search.rate, settings.training.clip)


def own_rates(supernet: Supernet, loader: DataLoader, settings: Settings, draw: Draw) -> Mapping[str, Floats]:
    """Mean rates of hidden neurons on all samples before step 1; nothing unless plasticity is to bring them back."""
    if settings.plasticity.rule != "set-point" or not settings.plasticity.window:
        return {}
    found: dict[str, list[Tensor]] = {name: [] for name in supernet.layers}
    with torch.no_grad():
        for batch in loader.by_length(4 * settings.search.batch):
            told = supernet.run(batch, gradient_rule(settings.training), supernet.leaders, draw)
            for name, rates in found.items():
                rates.append(firing_rates(told[name], batch))
    return {name: torch.cat(rates).mean(0).double().cpu().numpy() for name, rates in found.items()}


def tune(
    supernet: Supernet,
    loader: DataLoader,
    generator: np.random.Generator,
    settings: Settings,
    draw: Draw,
    own: Mapping[str, Floats] | None = None,
) -> None:
    """Step 2: plasticity updates after every forward pass of the window, at the most probable sizes.

    SpiKL-IP moves R and tau_m; the set-point moves R alone, towards the rates `own` that each neuron had before step 1.
    """
    size = min(settings.search.batch, len(loader))
    with torch.no_grad():
        for _ in range(settings.plasticity.window):
            batch = loader.batch(generator.choice(len(loader), size, replace=False))
            told = supernet.run(batch, gradient_rule(settings.training), supernet.leaders, draw)
            for name in supernet.layers:
                rates = firing_rates(told[name], batch)
                resistance, tau_m = (supernet.beta[f"{name}.{key}"] for key in ("resistance", "tau_m"))
                if own and name in own:
                    step = torch.from_numpy(set_point_step(rates.double().mean(0).cpu().numpy(), own[name]))
                    resistance.mul_(step.to(resistance)).clamp_(*settings.resistance_bounds)
                    continue
                moved = adapted(
                    rates, resistance, tau_m, settings.rule, settings.resistance_bounds, settings.tau_bounds
                )
                for old, new in zip((resistance, tau_m), moved, strict=True):
                    old.copy_(new)


def _hardware_penalty(
    supernet: Supernet, hardware: HardwareCost | None, figures: Mapping[str, float], settings: Settings
) -> Objective | None:
    """What a chip adds to alpha's loss, with the rates of `figures`."""
    own = settings.search
    if hardware is None or not own.cost:
        return None
    rates = _rates(supernet, figures)
    largest = hardware.largest(supernet.layers, rates)
    return lambda net: own.cost * hardware.estimate(net.layers, net.alpha, rates).relative(largest, own.cost_shares)


def _rates(supernet: Supernet, figures: Mapping[str, float]) -> dict[str, float]:
    """Spikes per step of a neuron of every hidden layer."""
    return {name: figures[f"{name}.rate"] for name in supernet.layers}


def schedule(supernet: Supernet, batches: int, generator: np.random.Generator) -> list[dict[str, int]]:
    """Which candidate of every layer each batch trains: all sizes equally often, in random order."""
    orders: dict[str, Array] = {}
    for name, layer in supernet.layers.items():
        count = len(layer.sizes)
        orders[name] = np.concatenate([generator.permutation(count) for _ in range(math.ceil(batches / count))])
    return [{name: int(order[number]) for name, order in orders.items()} for number in range(batches)]


def _temperature(epoch: int, settings: Settings) -> float:
    """From 1 in the first epoch down to `search.temperature` in the last, by equal factors."""
    last = max(settings.search.epochs - 1, 1)
    return float(settings.search.temperature ** (epoch / last))
