"""planted: a teacher with a known motif, and the data it labels."""

import itertools
from dataclasses import replace

import numpy as np
import torch

from search.data.loader import DataLoader
from search.data.task import Split
from search.motif import Motif
from search.nas.derive import motif_network
from search.network import Network
from search.settings import ModelSettings, PlasticitySettings, SearchSettings, Settings, StartSettings, TrainingSettings
from search.training.initialize import reinitialize
from search.training.kernels.loop import run
from search.training.rules import gradient_rule
from search.training.torch_network import TorchNetwork, tensor
from targets.contracts.arrays import Array
from targets.contracts.raster import SpikeRaster
from targets.contracts.synapses import with_weights

CPU = torch.device("cpu")
SIZES, BALANCES = (2, 4, 8), (0.25, 0.5, 0.75)
NEURONS, CHANNELS, STEPS, CLASSES, PER_CLASS = 24, 16, 14, 4, 2
SAMPLES, MARGIN, DENSITY = 3000, 2, 0.75


def settings(relaxation: str) -> Settings:
    """Alike for all relaxations: no price, no plasticity (the teacher's neurons are known)."""
    return Settings(
        model=ModelSettings(
            neurons=(NEURONS,), sizes=SIZES, tau_s=2.0, tau_m=5.0, readout_tau_m=5.0, readout_neurons=PER_CLASS
        ),
        start=StartSettings(voltage=2.0, recurrence=2.0),
        search=SearchSettings(relaxation=relaxation, epochs=8, alpha_rate=0.1, rate=0.05, price=0.0),
        plasticity=PlasticitySettings(window=0),
        training=TrainingSettings(epochs=8, drop=0.0, rate=1e-2),
    )


def planted(seed: int) -> tuple[Network, Split, Motif]:
    """A teacher, the data it labels (45 % train, 45 % valid, 10 % test) and its motif.

    Sizes, balances and the presence of lateral links go round with the seed. A teacher that leaves a class without
    enough clear samples is drawn anew.
    """
    shell = settings("plain")
    blank = SpikeRaster.pack(np.zeros((1, STEPS, CHANNELS)), labels=[0])
    tau = {"hidden": np.full(NEURONS, shell.model.tau_m)}
    for attempt in range(100):
        generator = np.random.default_rng((6, seed, attempt))
        motif = random_motif(seed, generator)
        spikes = arrivals(4 * SAMPLES, generator)
        teacher = motif_network({"hidden": motif}, tau, tau, Split(blank, blank, blank, CLASSES), shell.model)
        first = DataLoader.of(CPU, SpikeRaster.pack(spikes[:128], labels=np.zeros(128))).batch(np.arange(128))
        teacher = reinitialize(teacher, first, shell.start, 1000 * seed + attempt)
        teacher = centred(teacher, spikes[:1000])
        chosen = clear_samples(counts(teacher, spikes)[0], generator)
        if chosen is not None:
            indices, labels = chosen
            ends = (0, int(0.45 * SAMPLES), int(0.9 * SAMPLES), SAMPLES)
            parts = [SpikeRaster.pack(spikes[indices[a:b]], labels=labels[a:b]) for a, b in itertools.pairwise(ends)]
            return teacher, Split(parts[0], parts[1], parts[2], CLASSES), motif
    raise SystemExit(f"seed {seed}: no teacher with balanced classes")


def arrivals(samples: int, generator: np.random.Generator) -> Array:
    """Spikes [sample, time, channel]: every channel of a sample fires often or rarely, anew in each third of it."""
    rates = generator.choice([0.02, 0.3], p=[0.7, 0.3], size=(samples, 3, CHANNELS)).repeat(5, axis=1)
    return generator.random((samples, STEPS, CHANNELS)) < rates[:, :STEPS]


def random_motif(seed: int, generator: np.random.Generator) -> Motif:
    """Three quarters of the links inside are there; lateral ones, where planted, as many as are allowed."""
    turn = seed // len(SIZES)
    size, balance = SIZES[seed % len(SIZES)], BALANCES[(seed + turn) % len(BALANCES)]

    def matrix(links: int) -> Array:
        types = np.zeros(size * size, np.int8)
        kinds = np.where(generator.permutation(links) < round(balance * links), 1, -1)
        types[generator.permutation(size * size)[:links]] = kinds
        return types.reshape(size, size)

    intra = matrix(round(DENSITY * size * size))
    return Motif(size, intra, "ring", np.stack([matrix(size if turn % 2 else 0) for _ in range(2)]))


def centred(network: Network, spikes: Array) -> Network:
    """The readout weights shifted so that mean hidden rates drive all classes alike, to 1.5 thresholds."""
    output = network.connections[-1]
    rates = counts(network, spikes)[1] + 1e-3
    weights = output.synapses.weights
    excess = weights @ rates - 1.5 / network.layers[-1].tau_m
    weights = weights - np.outer(excess, rates) / (rates @ rates)
    output = replace(output, synapses=with_weights(output.synapses, weights))
    return replace(network, connections=(*network.connections[:-1], output))


def clear_samples(found: Array, generator: np.random.Generator) -> tuple[Array, Array] | None:
    """(indices, labels) of equally many samples per class whose winner leads by MARGIN spikes; None if too few."""
    ranked, labels = np.sort(found, axis=1), found.argmax(1)
    clear = ranked[:, -1] - ranked[:, -2] >= MARGIN
    classes = [np.flatnonzero(clear & (labels == each)) for each in range(CLASSES)]
    if min(map(len, classes)) < SAMPLES // CLASSES:
        return None
    chosen = np.concatenate([generator.permutation(each)[: SAMPLES // CLASSES] for each in classes])
    chosen = generator.permutation(chosen)
    return chosen, labels[chosen]


def counts(network: Network, spikes: Array) -> tuple[Array, Array]:
    """Spikes per class [sample, class] and mean rates of the hidden neurons."""
    model = TorchNetwork.of(network, CPU)
    weights = {c.name: tensor(c.synapses.weights, CPU) for c in network.connections}
    rule = gradient_rule(settings("plain").training)
    with torch.no_grad():
        inputs = torch.from_numpy(spikes.transpose(1, 0, 2).astype(np.float32))
        traces = run({"input": inputs}, model.cells, model.wires(weights), rule)
    summed = traces["readout"].spikes.sum(0).view(len(spikes), CLASSES, PER_CLASS).sum(2)
    return summed.numpy(), traces["hidden"].spikes.mean((0, 1)).numpy().astype(np.float64)
