"""Baselines: structures without motifs, with the same rights to delays as motifs have."""

import itertools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from search.data.task import Split
from search.history import History
from search.motif import DIRECTIONS
from search.nas.budget import look, whole_epochs
from search.nas.candidates import Judge, best_of
from search.nas.derive import hidden_names, motif_network
from search.nas.halving import chosen
from search.nas.retraining import Candidate, Experiment
from search.network import Connection, Network
from search.settings import ModelSettings, Settings
from targets.contracts.arrays import Ints
from targets.contracts.synapses import Dense, Sparse

LINKS = 10
"""Recurrent links into each neuron of an unstructured sparse layer; searched motifs have about nine."""
_STREAM = 7


def plain(split: Split, model: ModelSettings, late: Sequence[Ints] | None = None) -> Network:
    """Input, hidden layers without recurrence, readout; `late` [neuron] of every layer as in `motif_network`."""
    names = hidden_names(len(model.neurons))
    beta = {name: np.full(count, model.tau_m) for name, count in zip(names, model.neurons, strict=True)}
    steps = None if late is None else dict(zip(names, late, strict=True))
    return motif_network({}, beta, beta, split, model, late=steps)


def random_late(model: ModelSettings, seed: int, draw: int = 0) -> list[Ints]:
    """Random input delays of every neuron of every hidden layer, others for another draw."""
    generator = np.random.default_rng((_STREAM, seed, 0, draw) if draw else (_STREAM, seed, 0))
    return [generator.choice(model.input_delays, count).astype(np.int32) for count in model.neurons]


def recurrent(network: Network, model: ModelSettings, delay: int) -> Network:
    """The network with every hidden layer fully recurrent, self-connections included, after that delay."""
    links = tuple(
        Connection(name.replace("hidden", "recurrent"), name, name, Dense(np.zeros((count, count))), delay)
        for name, count in zip(hidden_names(len(model.neurons)), model.neurons, strict=True)
    )
    return replace(network, connections=(*network.connections, *links))


def sparse(network: Network, model: ModelSettings, seed: int) -> Network:
    """The network with `LINKS` random links into each hidden neuron from its layer, each after a random delay."""
    generator = np.random.default_rng((_STREAM, seed, 1))
    found: list[Connection] = []
    for name, count in zip(hidden_names(len(model.neurons)), model.neurons, strict=True):
        each = min(LINKS, count)
        sources = np.stack([np.sort(generator.choice(count, each, replace=False)) for _ in range(count)])
        delays = generator.choice(model.delays, sources.shape)
        for delay in np.unique(delays).tolist():
            there = delays == delay
            indptr = np.concatenate([[0], np.cumsum(there.sum(axis=1))])
            synapses = Sparse(np.zeros(indptr[-1]), sources[there].astype(np.int32), indptr, count)
            title = name.replace("hidden", "sparse") + (f"+{delay - 1}" if delay > 1 else "")
            found.append(Connection(title, name, name, synapses, delay))
    return replace(network, connections=(*network.connections, *found))


def equal_synapses(split: Split, model: ModelSettings) -> ModelSettings:
    """The settings with so few neurons that fully recurrent layers have no more synapses than random motifs do.

    Layers shrink alike. A random motif has two thirds of the links inside it, and from each neighbour as many or its
    limit; sizes and fan-ins are taken as equally frequent.
    """
    directions = len(DIRECTIONS[model.wiring])
    links = np.mean([2 / 3 * size + directions * min(2 / 3 * size, 1.0) for size in model.sizes])
    outputs, share = split.classes * model.readout_neurons, float(np.mean(model.fan_in))

    def synapses(neurons: Sequence[int], own: float | None, heard: float) -> float:
        chain = [split.neurons, *neurons]
        fed = sum(before * after * heard for before, after in itertools.pairwise(chain))
        return fed + sum(count * (count if own is None else own) for count in neurons) + neurons[-1] * outputs

    most = synapses(model.neurons, float(links), share)
    widest = max(model.neurons)
    for tried in range(widest, 1, -1):
        neurons = tuple(max(1, count * tried // widest) for count in model.neurons)
        if synapses(neurons, None, 1.0) <= most:
            return replace(model, neurons=neurons, sizes=(1,))
    return replace(model, neurons=tuple(1 for _ in model.neurons), sizes=(1,))


def best_structure(
    experiment: Experiment, structures: Sequence[Network], settings: Settings, budget: float
) -> Candidate:
    """The structure of lowest validation loss, each trained for an equal share of the budget; trained by `settings`."""
    judge = Judge.of(experiment)
    each = budget / len(structures) - look(experiment.split)
    epochs = whole_epochs(max(each, 0.0), 1.0, f"an epoch of each of {len(structures)} candidates")
    trained = [
        judge.train(judge.fresh(structure), epochs, f"candidate {number}")
        for number, structure in enumerate(structures, 1)
    ]
    best = best_of(trained)[0]
    entries = tuple(dict(one.figures) for one in trained)
    metadata = chosen(dict(enumerate(trained)), best, History("candidate", entries))
    return Candidate(structures[best], settings, judge.spent["both"], metadata, judge.spent["forward"])
