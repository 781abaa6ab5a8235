"""Methods: HRMAS, its ablations, and baselines of the same size and budget."""

from collections.abc import Mapping
from dataclasses import fields, replace
from functools import partial
from pathlib import Path

import numpy as np
import torch

from search.data.loader import DataLoader
from search.data.task import Split
from search.motif import Motif
from search.nas import hrmas
from search.nas.derive import READOUT, derive, hidden_names, motif_network
from search.nas.evaluate import evaluate_network
from search.nas.relaxed_layer import Choices, RelaxedLayer
from search.nas.retraining import Candidate, Experiment, Method, retrain
from search.network import Connection, Network
from search.ranks import ALONE, Ranks
from search.settings import PlasticitySettings, SearchSettings, Settings
from search.training.initialize import reinitialize
from search.training.progress import Listener, Progress
from search.training.train import fit
from targets.contracts.errors import InputError
from targets.contracts.ports import Readout
from targets.contracts.shown import unlike
from targets.contracts.synapses import Dense

_MOTIFS = 3  # first number of the seeds of random motifs, so that they share no stream with a phase


def search_by(
    method: str,
    split: Split,
    settings: Settings,
    seed: int,
    device: str = "auto",
    progress: Listener | None = None,
    checkpoint: Path | None = None,
    ranks: Ranks = ALONE,
) -> Network:
    """The network that the method of that name finds for `split`; see `search.nas.retraining.retrain`.

    All methods have the same number of neurons, the same start of weights and at most the budget of HRMAS, counted in
    samples taken forward and backward:
    ```
    search      epochs * samples of the train part * (1 + networks per step of alpha)
                one step of the weights, and one of alpha, which runs every candidate size of every layer
    training    epochs * samples of the train and valid parts
    ```
    Second-order gradients run four times as many networks. What only goes forward (the window of plasticity, the
    figures of every epoch) is not counted. A structure that needs no search is trained for so many epochs more that
    the sum is equal. The network's settings name those that the method never used ("idle"). InputError for an unknown
    method, and for a cost given to one that has no alpha to follow it.
    """
    if method not in METHODS:
        raise InputError(unlike("method", method, tuple(METHODS)))
    if settings.search.cost and method in _UNSEARCHED:
        others = ", ".join(name for name in METHODS if name not in _UNSEARCHED)
        raise InputError(
            f"method {method!r} has no architecture parameters, so that a cost of {settings.search.cost:g} would "
            f"change nothing; leave --cost out, or choose {others}."
        )
    network = retrain(method, METHODS[method], split, settings, seed, device, progress, checkpoint, ranks)
    return network.with_settings(idle=list(idle_settings(method)))


def idle_settings(method: str) -> tuple[str, ...]:
    """Names ("table.setting") of the settings that a method never uses, except to count the budget it is given."""
    search, plasticity = _names(SearchSettings), _names(PlasticitySettings)
    unsearched = (*search, *plasticity, "start.alpha")
    idle: dict[str, tuple[str, ...]] = {
        "no-plasticity": _names(PlasticitySettings, "window", "mean_rate", "silent"),
        "no-motif": ("model.sizes",),
        "random-search": tuple(name for name in unsearched if name not in ("search.epochs", "search.batch")),
        "random-motif": unsearched,
        "recurrent": (*unsearched, "model.sizes", "model.wiring"),
        "feed-forward": (*unsearched, "model.sizes", "model.wiring", "start.recurrence"),
    }
    return idle.get(method, ())


def _names(table: type[SearchSettings | PlasticitySettings], *but: str) -> tuple[str, ...]:
    """Names ("table.setting") of all settings of a table but some."""
    title = table.__name__.removesuffix("Settings").lower()
    return tuple(f"{title}.{spec.name}" for spec in fields(table) if spec.name not in but)


def _without_plasticity(experiment: Experiment) -> Candidate:
    """HRMAS without step 2."""
    settings = replace(experiment.settings, plasticity=replace(experiment.settings.plasticity, window=0))
    return hrmas.find(replace(experiment, settings=settings))


def _without_lateral(experiment: Experiment) -> Candidate:
    """HRMAS without links between motifs."""
    return hrmas.find(replace(experiment, settings=_wired_apart(experiment.settings)))


def _without_motifs(experiment: Experiment) -> Candidate:
    """HRMAS with a choice for every pair of hidden neurons of a layer: one motif as large as the layer."""
    settings = _wired_apart(experiment.settings)
    return hrmas.find(replace(experiment, settings=settings), [(count,) for count in settings.model.neurons])


def _feed_forward(experiment: Experiment) -> Candidate:
    """No links from hidden to hidden neurons of a layer."""
    return _fixed(experiment, _unsearched(experiment, {}))


def _recurrent(experiment: Experiment) -> Candidate:
    """Every layer is fully recurrent, self-connections included, with weights of free sign."""
    network, neurons = _unsearched(experiment, {}), experiment.settings.model.neurons
    links = tuple(
        Connection(name.replace("hidden", "recurrent"), name, name, Dense(np.zeros((count, count))))
        for name, count in zip(hidden_names(len(neurons)), neurons, strict=True)
    )
    return _fixed(experiment, replace(network, connections=(*network.connections, *links)))


def _random_motif(experiment: Experiment) -> Candidate:
    """The motifs that a random search would try first."""
    return _fixed(experiment, _unsearched(experiment, random_motifs(experiment.settings, experiment.seed, 1)))


def _random_search(experiment: Experiment) -> Candidate:
    """As many random motifs as the search's budget allows, each trained as long as the supernet; the best is kept.

    The best has the lowest loss on the valid part.
    """
    own = experiment.settings.search
    device = experiment.first.spikes.device
    training = replace(experiment.settings.training, epochs=own.epochs, batch=own.batch)
    split = replace(experiment.split, valid=experiment.split.valid.take(slice(0, 0)))
    loader = DataLoader.of(device, experiment.split.valid, ranks=experiment.ranks)
    readout = Readout(READOUT, split.classes)
    candidates, scores = [], []
    for number in range(1, _passes(experiment.settings) + 1):
        candidates.append(_unsearched(experiment, random_motifs(experiment.settings, experiment.seed, number)))
        phase = f"candidate {number}"
        trained, _ = fit(
            reinitialize(candidates[-1], experiment.first, experiment.settings.start, experiment.seed),
            split,
            training,
            experiment.seed,
            device,
            None if experiment.progress is None else partial(_report, experiment.progress, phase),
            experiment.stages.get(phase),
            partial(experiment.keep, phase),
            ranks=experiment.ranks,
        )
        scores.append(evaluate_network(trained, readout, loader, training))
    best = min(range(len(scores)), key=lambda number: scores[number]["loss"])
    passes = len(scores) * own.epochs * split.train.samples
    return Candidate(candidates[best], experiment.settings, passes, {"candidates": scores, "chosen": best + 1})


METHODS: Mapping[str, Method] = {
    "hrmas": hrmas.find,
    "no-plasticity": _without_plasticity,
    "no-lateral": _without_lateral,
    "no-motif": _without_motifs,
    "random-search": _random_search,
    "random-motif": _random_motif,
    "recurrent": _recurrent,
    "feed-forward": _feed_forward,
}
"""How each method finds its structure; drawing and training the weights is the same for all."""
_UNSEARCHED = ("random-search", "random-motif", "recurrent", "feed-forward")


def random_motifs(settings: Settings, seed: int, number: int) -> dict[str, Motif]:
    """A random motif for every hidden layer from the space of the search, the same for the same numbers.

    The size is any of the candidates, every link of any type; of the lateral links as many are left as are allowed.
    """
    generator = np.random.default_rng((_MOTIFS, seed, number))
    motifs = {}
    for name, count in zip(hidden_names(len(settings.model.neurons)), settings.model.neurons, strict=True):
        layer = RelaxedLayer.of(count, settings.model.sizes, settings.model.wiring, torch.device("cpu"))
        sizes, *types = (torch.from_numpy(values) for values in layer.start(1.0, generator))
        motifs[name] = derive(layer, Choices(sizes, tuple(types)))
    return motifs


def _unsearched(experiment: Experiment, motifs: Mapping[str, Motif]) -> Network:
    """The network of these motifs, R and tau_m where they start, all weights zero."""
    model = experiment.settings.model
    beta = {
        name: np.full(count, model.tau_m)
        for name, count in zip(hidden_names(len(model.neurons)), model.neurons, strict=True)
    }
    return motif_network(motifs, beta, beta, experiment.split, model)


def _fixed(experiment: Experiment, network: Network) -> Candidate:
    """A structure that was not searched: its training gets the epochs that a search would have cost."""
    samples = experiment.split.train.samples + experiment.split.valid.samples
    more = experiment.settings.search.epochs * _passes(experiment.settings) * experiment.split.train.samples / samples
    training = replace(experiment.settings.training, epochs=experiment.settings.training.epochs + round(more))
    return Candidate(network, replace(experiment.settings, training=training), 0, {})


def _passes(settings: Settings) -> int:
    """Passes per training sample in an epoch of HRMAS."""
    return hrmas.passes_per_sample(settings, [settings.model.sizes] * len(settings.model.neurons))


def _wired_apart(settings: Settings) -> Settings:
    return replace(settings, model=replace(settings.model, wiring="none"))


def _report(progress: Listener, phase: str, epoch: Progress) -> None:
    progress(replace(epoch, phase=phase))
