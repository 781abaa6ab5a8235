"""HRMAS: architecture, weights and intrinsic plasticity in alternation, then derive, reinitialise, retrain."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import cycle, islice
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from search.checkpoint import History, Stage, load_checkpoint, restore_tensors, save_checkpoint, stored_tensors
from search.derive import HIDDEN, READOUT, derive, motif_network
from search.device import chosen_device
from search.kernels.loop import Trace, Wire, run
from search.layer import Choices, RelaxedLayer
from search.loss import Tally, readout_loss
from search.motif import DIRECTIONS
from search.network import Network
from search.neuron import Cells
from search.plasticity import adapted
from search.progress import Listener, Progress
from search.reinitialise import reinitialise
from search.samples import Batch, Samples
from search.settings import Settings, as_dict
from search.task import Split
from search.torch_network import cells_of, tensor
from search.train import adamw, descend, documented, fit
from targets.errors import InputError
from targets.ports import Readout

_PHASE = 1  # number of this phase in the seeds of its random streams
_TRAIN, _VALID, _WINDOW, _START = range(4)


@dataclass(frozen=True, eq=False)
class Supernet:
    """All candidate networks at once: a relaxed hidden layer between input and readout.

    weights  "input" [neuron, channel], "excitatory" and "inhibitory" magnitudes [neuron, neuron], "output"
    alpha    the architecture
    beta     "resistance", "tau_m" [neuron] of the hidden layer, moved by plasticity only
    """

    layer: RelaxedLayer
    input: str
    classes: int
    cells: Mapping[str, Cells]
    weights: Mapping[str, Tensor]
    alpha: Choices
    beta: Mapping[str, Tensor]

    def run(self, batch: Batch, slope: float) -> dict[str, Trace]:
        """Traces of hidden layer and readout."""
        recurrent = self.layer.weights(self.alpha, self.weights["excitatory"], self.weights["inhibitory"])
        wires = [
            Wire(self.input, HIDDEN, self.weights["input"]),
            Wire(HIDDEN, HIDDEN, recurrent),
            Wire(HIDDEN, READOUT, self.weights["output"]),
        ]
        cells = {**self.cells, HIDDEN: replace(self.cells[HIDDEN], **self.beta)}
        return run({self.input: batch.spikes}, cells, wires, slope)

    def tensors(self) -> dict[str, Tensor]:
        """Everything that changes during the search."""
        alpha = {f"alpha.{number}": value for number, value in enumerate(self.alpha.tensors())}
        return {**self.weights, **alpha, **self.beta}


def search(
    split: Split,
    settings: Settings,
    seed: int,
    device: str = "auto",
    progress: Listener | None = None,
    checkpoint: Path | None = None,
) -> Network:
    """Search a motif for `split` and return the network built of it, retrained on the train and valid parts.

    ```
    until `search.epochs` passes over the training part are done:
        step 1   alpha <- Adam on L_valid(w, alpha, beta);  w <- AdamW on L_train(w, alpha, beta)
        step 2   beta  <- SpiKL intrinsic plasticity on the rates of a window of forward passes
    derive the motif, keep beta = (R, tau_m), draw all weights anew, train them alone
    ```
    alpha's gradient is of first order. L_valid carries a price per expected link. The test part is not looked at.

    The network's settings hold the hyperparameters, the seed and the figures of every epoch ("search", "training").
    Equal arguments give an equal digest on the same machine with the same number of threads. With `checkpoint` the
    state is written there after every epoch, and an existing file is continued as if it had never stopped.
    Raises InputError for an unknown device, for an empty part, and for a checkpoint of another run.

    Source: W. Zhang, H. Geng, P. Li, "Composing recurrent spiking neural networks using locally-recurrent motifs and
    risk-mitigating architectural optimization", Front. Neurosci. 18:1412559 (2024).
    """
    place = chosen_device(device)
    for name, part in (("train", split.train), ("valid", split.valid)):
        if not part.samples:
            raise InputError(f"the {name} part of the split is empty; the search needs samples there, so add some.")
    identity = {"seed": seed, "settings": as_dict(settings), "split": split.digest, "device": place.type}
    stages = {} if checkpoint is None else load_checkpoint(checkpoint, identity)

    def keep(phase: str, stage: Stage) -> None:
        stages[phase] = stage
        if checkpoint is not None:
            save_checkpoint(checkpoint, identity, stages)

    first = Samples.of(place, split.train).batch(np.arange(min(settings.training.batch, split.train.samples)))
    supernet = new_supernet(split, first, settings, seed)
    found = explore(supernet, split, settings, seed, progress, stages.get("search"), lambda s: keep("search", s))
    beta = {name: value.cpu().numpy().astype(np.float64) for name, value in supernet.beta.items()}
    motif = derive(supernet.layer, supernet.alpha)
    network = motif_network(motif, beta["resistance"], beta["tau_m"], split, settings.model)
    network = reinitialise(network, first, settings.start, seed)
    network, learned = fit(
        network, split, settings.training, seed, place, progress, stages.get("train"), lambda s: keep("train", s)
    )
    return documented(network, split, settings, seed, search=found, training=learned)


def new_supernet(split: Split, first: Batch, settings: Settings, seed: int) -> Supernet:
    """The supernet before its first step, its weights scaled on the batch `first`."""
    model, place = settings.model, first.spikes.device
    generator = np.random.default_rng((_PHASE, _START, seed))
    layer = RelaxedLayer.of(model.neurons, model.sizes, model.wiring, place)
    start = np.full(model.neurons, model.tau_m)
    plain = reinitialise(motif_network(None, start, start, split, model), first, settings.start, seed)
    weights = {c.name: tensor(c.synapses.weights, place) for c in plain.connections}
    links = max(model.sizes) * (1 + len(DIRECTIONS[model.wiring]))
    for name in ("excitatory", "inhibitory"):
        drawn = generator.standard_normal((model.neurons, model.neurons))
        weights[name] = tensor(settings.start.recurrence * drawn / links**0.5, place)
    sizes, *types = (tensor(values, place).requires_grad_() for values in layer.start(settings.start.alpha, generator))
    cells = {population.name: cells_of(population, place) for population in plain.layers}
    return Supernet(
        layer,
        split.input,
        split.classes,
        cells,
        {name: value.requires_grad_() for name, value in weights.items()},
        Choices(sizes, tuple(types)),
        {"resistance": tensor(start, place), "tau_m": tensor(start, place)},
    )


def explore(
    supernet: Supernet,
    split: Split,
    settings: Settings,
    seed: int,
    progress: Listener | None = None,
    begun: Stage | None = None,
    keep: Callable[[Stage], None] = lambda stage: None,
) -> History:
    """Move the supernet's tensors through all epochs of the search and return the figures of each."""
    place = supernet.beta["tau_m"].device
    train, valid = Samples.of(place, split.train), Samples.of(place, split.valid)
    own = settings.search
    alpha = torch.optim.Adam(
        supernet.alpha.tensors(), lr=own.alpha_rate, betas=(own.alpha_betas[0], own.alpha_betas[1])
    )
    weights = adamw(list(supernet.weights.values()), settings.training)
    history: History = ()
    if begun is not None:
        restore_tensors(begun.arrays, supernet.tensors(), {"alpha": alpha, "weights": weights})
        history = begun.history
    for epoch in range(len(history), own.epochs):
        streams = {stream: (seed, _PHASE, stream, epoch) for stream in (_TRAIN, _VALID, _WINDOW)}
        window = np.random.default_rng(streams[_WINDOW])
        learned = train.shuffled(own.batch, *streams[_TRAIN])
        judged = cycle(valid.shuffled(own.batch, *streams[_VALID]))
        judged_batches = valid.batches(list(islice(judged, len(learned))))
        for learned_batch, judged_batch in zip(train.batches(learned), judged_batches, strict=True):
            choose(supernet, alpha, judged_batch, settings)
            learn(supernet, weights, learned_batch, settings)
            if settings.plasticity.window:
                tune(supernet, train, window, settings)
        entry = _figures(supernet, valid, settings)
        history = (*history, entry)
        keep(Stage(stored_tensors(supernet.tensors(), {"alpha": alpha, "weights": weights}), history))
        if progress is not None:
            progress(Progress("search", epoch + 1, own.epochs, entry["loss"], entry["accuracy"], entry))
    return history


def choose(supernet: Supernet, optimizer: torch.optim.Optimizer, batch: Batch, settings: Settings) -> None:
    """Step 1 for alpha: down the validation loss plus the price of links, weights fixed (first order)."""
    traces = supernet.run(batch, settings.training.slope)
    loss = readout_loss(traces[READOUT], batch, supernet.classes, settings.training.loss)
    loss = loss + settings.search.price * supernet.layer.expected_links(supernet.alpha)
    descend(optimizer, loss, settings.search.alpha_rate, math.inf)


def learn(supernet: Supernet, optimizer: torch.optim.Optimizer, batch: Batch, settings: Settings) -> None:
    """Step 1 for the weights: down the training loss, alpha fixed."""
    traces = supernet.run(batch, settings.training.slope)
    loss = readout_loss(traces[READOUT], batch, supernet.classes, settings.training.loss)
    descend(optimizer, loss, settings.search.rate, settings.training.clip)


def tune(supernet: Supernet, samples: Samples, generator: np.random.Generator, settings: Settings) -> None:
    """Step 2: one plasticity update of (R, tau_m) from the mean rates over a window of forward passes."""
    rates = []
    with torch.no_grad():
        for _ in range(settings.plasticity.window):
            size = min(settings.search.batch, len(samples))
            batch = samples.batch(generator.choice(len(samples), size, replace=False))
            rates.append(_rates(supernet.run(batch, settings.training.slope)[HIDDEN], batch))
        resistance, tau_m = adapted(
            torch.stack(rates).mean(0),
            supernet.beta["resistance"],
            supernet.beta["tau_m"],
            settings.rule,
            settings.resistance_bounds,
            settings.tau_bounds,
        )
        supernet.beta["resistance"].copy_(resistance)
        supernet.beta["tau_m"].copy_(tau_m)


def _figures(supernet: Supernet, valid: Samples, settings: Settings) -> dict[str, float]:
    """What an epoch of the search has led to, measured on the whole validation part."""
    tally = Tally(Readout(READOUT, supernet.classes), settings.training.loss)
    rates, shares = [], []
    with torch.no_grad():
        for batch in valid.in_order(4 * settings.search.batch):
            traces = supernet.run(batch, settings.training.slope)
            tally.add(traces[READOUT], batch)
            rates.append(_rates(traces[HIDDEN], batch))
            shares.append(len(batch.labels) / len(valid))
    rate = torch.stack(rates).T @ tensor(np.array(shares), rates[0].device)
    figures = {
        "rate": rate.mean(),
        "rate_sd": rate.std(correction=0),
        "silent": (rate * supernet.beta["tau_m"] < settings.plasticity.silent).float().mean(),
        "resistance": supernet.beta["resistance"].mean(),
        "tau_m": supernet.beta["tau_m"].mean(),
    }
    return {
        "loss": tally.mean_loss,
        "accuracy": tally.accuracy,
        **supernet.layer.report(supernet.alpha),
        **{name: float(value) for name, value in figures.items()},
    }


def _rates(trace: Trace, batch: Batch) -> Tensor:
    """Mean spikes per step of every neuron: [neuron]."""
    counted: Tensor = batch.counted.sum()
    return (trace.spikes * batch.counted).sum((0, 1)) / counted.clamp(min=1)
