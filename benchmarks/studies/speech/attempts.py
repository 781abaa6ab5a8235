"""attempts: what else was tried for the causal reading, on held-out training speakers; no test part is read.

Run it with: python -m benchmarks.studies.speech.attempts --fsdd FOLDER
Rows go to attempts.json; `python -m benchmarks.studies.speech` writes them on its page.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import product
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as functional
from torch import Tensor

from benchmarks.refusals import refusing
from benchmarks.runs import Row, complete
from benchmarks.studies.command import parser
from benchmarks.studies.linear_readout import speakers
from benchmarks.studies.memory.judging import first_batch
from benchmarks.studies.speech.augmentations import Augmentation, noisy, stretched, tilted, warped
from benchmarks.studies.speech.choosing import Score, without_pairs
from benchmarks.studies.speech.plan import STRETCHED, choices
from search.data.loader import Batch, DataLoader, torch_generator
from search.data.task import Split
from search.nas.space import random_architecture
from search.network import Network
from search.settings import Settings
from search.training.initialize import reinitialize
from search.training.kernels.network import traces
from search.training.loss import VOLTAGE_SCALE
from search.training.rules import gradient_rule
from search.training.torch_network import TorchNetwork, tensor
from search.training.train import adamw, descend, learning_rate
from targets.contracts.raster import SpikeRaster

ROWS = "attempts.json"
SEEDS = (1, 2, 3)
Loss = Callable[[Tensor, Batch], Tensor]
"""Of the readout's logits [time, sample, class]."""


def last(logits: Tensor, batch: Batch) -> Tensor:
    """The logits of every sample's last step: [sample, class]; also what all but the means answer by."""
    return logits[batch.lengths - 1, torch.arange(len(batch.labels))]


def mean(logits: Tensor, batch: Batch) -> Tensor:
    """The mean over a sample's steps."""
    within = _within(logits, batch, 1.0)
    return (logits * (within / within.sum(0))[:, :, None]).sum(0)


def _within(logits: Tensor, batch: Batch, share: float) -> Tensor:
    """1 in the last `share` of a sample's steps, else 0: [time, sample]."""
    steps, ends = torch.arange(len(logits))[:, None], batch.lengths
    return ((steps < ends) & (steps >= (ends.float() * (1 - share)).long())).float()


def of_last(logits: Tensor, batch: Batch, smoothing: float = 0.0) -> Tensor:
    """The cross-entropy of the last step."""
    return functional.cross_entropy(last(logits, batch), batch.labels, label_smoothing=smoothing)


def of_mean(logits: Tensor, batch: Batch) -> Tensor:
    """That of the mean voltage."""
    return functional.cross_entropy(mean(logits, batch), batch.labels)


def of_steps(logits: Tensor, batch: Batch, weight: float = 1.0, share: float = 1.0, power: float = 0.0) -> Tensor:
    """The mean of the cross-entropies of all steps, times `weight`, and of the last one times 1 - `weight`.

    Steps count by (t / T) ** `power`. Source: S. Deng et al., "Temporal efficient training of spiking neural network
    via gradient re-weighting", ICLR 2022.
    """
    steps = torch.arange(1, len(logits) + 1)[:, None]
    counted = _within(logits, batch, share) * (steps / batch.lengths).clamp(max=1) ** power
    labels = batch.labels.repeat(len(logits))
    each = functional.cross_entropy(logits.flatten(0, 1), labels, reduction="none").view(counted.shape)
    return weight * (each * counted / counted.sum(0)).sum(0).mean() + (1 - weight) * of_last(logits, batch)


@dataclass(frozen=True)
class Way:
    """What is done otherwise than with the settings that were chosen last.

    heard    what becomes of a batch before it is thinned
    answer   logits by which a word is classified
    taus     time constants tau_m of the readout neurons of a class, with R the same; () for that of the settings
    average  of the weights over batches, by this factor; 0 for the last weights
    blur     standard deviation in channels of a Gaussian that input weights are smoothed with
    """

    settings: Settings
    heard: Augmentation
    loss: Loss = of_last
    answer: Callable[[Tensor, Batch], Tensor] = last
    taus: tuple[float, ...] = ()
    average: float = 0.0
    blur: float = 0.0


BASE = "as chosen"


def ways() -> Mapping[str, Way]:
    """All that was tried, the settings as they are first."""
    known = choices()[STRETCHED]
    as_it_is = Way(known, stretched(known.training.stretch))

    def model(**values: object) -> Way:
        return replace(as_it_is, settings=replace(known, model=replace(known.model, **values)))  # type: ignore[arg-type]

    def training(**values: object) -> Way:
        return replace(as_it_is, settings=replace(known, training=replace(known.training, **values)))  # type: ignore[arg-type]

    def readouts(*taus: float) -> Way:
        return replace(model(readout_neurons=len(taus)), taus=taus)

    def loss(of: Callable[..., Tensor], **values: float) -> Way:
        return replace(as_it_is, loss=partial(of, **values))

    def heard(augmentation: Augmentation) -> Way:
        return replace(as_it_is, heard=augmentation)

    many = tuple(range(0, 49, 4))
    return {
        BASE: as_it_is,
        "loss of every step": loss(of_steps),
        "loss of every step and of the last, half each": loss(of_steps, weight=0.5),
        "loss of every step of the last half": loss(of_steps, share=0.5),
        "loss of every step, later ones more": loss(of_steps, power=2.0),
        "mean voltage as the answer": replace(loss(of_mean), answer=mean),
        "labels smoothed by 0.1": loss(of_last, smoothing=0.1),
        "weights averaged over batches": replace(as_it_is, average=0.99),
        "readouts of tau_m 10 and 10": readouts(10, 10),
        "readouts of tau_m 10 and 40": readouts(10, 40),
        "readouts of tau_m 10 and 100": readouts(10, 100),
        "readouts of tau_m 10 and 1000": readouts(10, 1000),
        "readouts of tau_m 5 and 1000": readouts(5, 1000),
        "readouts of tau_m 10, 30 and 100": readouts(10, 30, 100),
        "readouts of 10 and 1000, weights averaged": replace(readouts(10, 1000), average=0.99),
        "parts of a word stretched, up to 1.3": heard(warped(1.4, 1.3)),
        "parts of a word stretched, up to 1.7": heard(warped(1.4, 1.7)),
        "stretched up to 1.7": heard(stretched(1.7)),
        "noise in 2 % of bins": heard(noisy(0.02, as_it_is.heard)),
        "noise in 5 % of bins": heard(noisy(0.05, as_it_is.heard)),
        "noise in 10 % of bins": heard(noisy(0.1, as_it_is.heard)),
        "channels lost smoothly": heard(tilted(0.5, as_it_is.heard)),
        "input weights smoothed over 2 channels": replace(as_it_is, blur=2.0),
        "input weights smoothed over 5 channels": replace(as_it_is, blur=5.0),
        "input delays up to 40": model(input_delays=(0, 8, 16, 24, 32, 40)),
        "input delays up to 48, every 4": model(input_delays=many),
        "input delays up to 40, others up to 16": model(input_delays=(0, 8, 16, 24, 32, 40), delays=(1, 2, 4, 8, 16)),
        "half of the inputs": model(fan_in=(0.5,)),
        "a quarter of the inputs": model(fan_in=(0.25,)),
        "two layers of 64": model(neurons=(64, 64)),
        "rate 0.01": training(rate=0.01),
        "40 epochs": training(epochs=40),
    }


@dataclass(frozen=True)
class Attempt:
    """A training without two speakers; `accuracies` of each of the two."""

    way: str
    seed: int
    accuracies: Mapping[str, float]
    seconds: float


def attempted(way: str, seed: int, speakers: tuple[str, ...], folder: Path) -> list[Row]:
    """For every pair that is left out one training on all other speakers, scored on each of the two."""
    trained = partial(_trained, ways()[way], seed)
    return [
        asdict(Attempt(way, seed, accuracies, seconds))
        for accuracies, seconds in without_pairs("causal", speakers, folder, trained)
    ]


def _trained(way: Way, seed: int, split: Split) -> Score:
    """Train a random motif on the train part; what tells its accuracy on another one."""
    device, training = torch.device("cpu"), way.settings.training
    loader = DataLoader.of(device, split.train)
    network = _network(way, split, seed)
    weights = {each.name: tensor(each.synapses.weights, device).requires_grad_() for each in network.connections}
    averages = {name: each.detach().clone() for name, each in weights.items()}
    model, optimizer, rule = (
        TorchNetwork.of(network, device),
        adamw(list(weights.values()), training),
        gradient_rule(training),
    )
    heard = [each.name for each in network.connections if each.source == split.input]
    readout = network.layers[-1].name

    def logits(of: Mapping[str, Tensor], batch: Batch) -> Tensor:
        smooth = {**of, **{name: _smoothed(of[name], split.neurons, way.blur) for name in heard if way.blur}}
        voltages = traces(batch, [split.input], model.cells, model.wires(smooth), rule)[readout].voltages
        return VOLTAGE_SCALE * voltages.view(*voltages.shape[:-1], split.classes, -1).mean(-1)

    steps = training.epochs * math.ceil(len(loader) / training.batch)
    for epoch in range(training.epochs):
        batches = loader.shuffled(training.batch, seed, 2, 0, epoch)
        generator = torch_generator(device, seed, 2, 1, epoch)
        for number, whole in enumerate(loader.batches(batches)):
            batch = way.heard(whole, generator).thinned(training.drop, generator)
            loss = way.loss(logits(weights, batch), batch)
            descend(optimizer, loss, learning_rate(epoch * len(batches) + number, steps, training), training.clip)
            if way.average:
                for name, each in weights.items():
                    averages[name].lerp_(each.detach(), 1 - way.average)

    @torch.no_grad()
    def accuracy(part: SpikeRaster) -> float:
        right, words = 0, DataLoader.of(device, part)
        for batch in words.in_order(256):
            answers = way.answer(logits(averages if way.average else weights, batch), batch)
            right += int((answers.argmax(1) == batch.labels).sum())
        return right / len(words)

    return accuracy


def _network(way: Way, split: Split, seed: int) -> Network:
    """A random motif with weights drawn, its readout with the time constants of the way."""
    made = random_architecture(way.settings.model, split.neurons, seed, 1).network(split, way.settings.model)
    if way.taus:
        taus = np.tile(np.array(way.taus), split.classes)
        made = replace(made, layers=(*made.layers[:-1], replace(made.layers[-1], tau_m=taus, resistance=taus)))
    return reinitialize(made, first_batch(split, way.settings), way.settings.start, seed)


def _smoothed(weights: Tensor, channels: int, deviation: float) -> Tensor:
    """Weights of neurons that hear all channels, [neuron * channel], smoothed over the channels."""
    places = torch.arange(channels).float()
    bells = torch.exp(-0.5 * ((places[:, None] - places) / deviation) ** 2)
    return (weights.reshape(-1, channels) @ (bells / bells.norm(dim=1, keepdim=True))).reshape(weights.shape)


@refusing
def main(arguments: Sequence[str] | None = None) -> None:
    """Train what the rows lack."""
    options = parser("Try other ways to learn spoken digits of held-out speakers.")
    options.set_defaults(rows=Path(__file__).parent)
    options.add_argument("--fsdd", type=Path, required=True, help="folder of the Free Spoken Digit Dataset")
    options.add_argument("--ways", nargs="+", choices=list(ways()), default=list(ways()), help="only these")
    given = options.parse_args(arguments)
    tasks = [{"way": way, "seed": seed} for seed, way in product(SEEDS, given.ways)]
    measured = partial(attempted, speakers=tuple(speakers(given.fsdd)), folder=given.fsdd)
    complete(given.rows / ROWS, tasks, measured, given.jobs)


if __name__ == "__main__":
    main()
