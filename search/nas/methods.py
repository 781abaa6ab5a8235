"""Methods: HRMAS, HRMAS without one of its parts, and what it is compared with at the same size and budget."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import torch

from search.data.loader import Samples
from search.data.task import Split
from search.motif import Motif
from search.nas import hrmas
from search.nas.derive import READOUT, derive, hidden_names, motif_network
from search.nas.evaluate import scored
from search.nas.relaxed_layer import Choices, RelaxedLayer
from search.nas.retraining import Finder, Found, Run, retrained
from search.network import Connection, Network
from search.settings import Settings
from search.training.initialise import reinitialise
from search.training.progress import Listener, Progress
from search.training.train import fit
from targets.contracts.errors import InputError
from targets.contracts.ports import Readout
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
) -> Network:
    """The network that the method of that name finds for `split`; see `search.nas.retraining.retrained`.

    All methods have the same number of neurons, the same start of weights and at most the budget of HRMAS, counted in
    samples taken forward and backward:
    ```
    search      epochs * samples of the train part * (1 + networks judged per step)
                one step of the weights, and one of alpha, which judges every candidate size of every layer
    training    epochs * samples of the train and valid parts
    ```
    Second-order gradients judge four times as many networks. What only goes forward (the window of plasticity, the
    figures of every epoch) is not counted. A structure that needs no search is trained for so many epochs more that
    the sum is equal. InputError for an unknown method, and for a cost given to one that has no alpha to follow it.
    """
    if method not in METHODS:
        raise InputError(f"unknown method {method!r}; known are {', '.join(METHODS)}, so choose one of them.")
    if settings.search.cost and method in _UNSEARCHED:
        others = ", ".join(name for name in METHODS if name not in _UNSEARCHED)
        raise InputError(
            f"method {method!r} has no architecture parameters, so that a cost of {settings.search.cost:g} would "
            f"change nothing; leave --cost out, or choose {others}."
        )
    return retrained(method, METHODS[method], split, settings, seed, device, progress, checkpoint)


def _without_plasticity(run: Run) -> Found:
    """HRMAS without step 2."""
    settings = replace(run.settings, plasticity=replace(run.settings.plasticity, window=0))
    return hrmas.found(replace(run, settings=settings))


def _without_lateral(run: Run) -> Found:
    """HRMAS without links between motifs."""
    return hrmas.found(replace(run, settings=_wired_apart(run.settings)))


def _without_motifs(run: Run) -> Found:
    """HRMAS with a choice for every pair of hidden neurons of a layer: one motif as large as the layer."""
    settings = _wired_apart(run.settings)
    return hrmas.found(replace(run, settings=settings), [(count,) for count in settings.model.neurons])


def _feed_forward(run: Run) -> Found:
    """No links from hidden to hidden neurons of a layer."""
    return _fixed(run, _unsearched(run, {}))


def _recurrent(run: Run) -> Found:
    """Every hidden neuron hears all of its layer, itself included, with weights of free sign."""
    network = _unsearched(run, {})
    links = tuple(
        Connection(name.replace("hidden", "recurrent"), name, name, Dense(np.zeros((count, count))))
        for name, count in zip(hidden_names(len(run.settings.model.neurons)), run.settings.model.neurons, strict=True)
    )
    return _fixed(run, replace(network, connections=(*network.connections, *links)))


def _random_motif(run: Run) -> Found:
    """The motifs that a random search would try first."""
    return _fixed(run, _unsearched(run, random_motifs(run.settings, run.seed, 1)))


def _random_search(run: Run) -> Found:
    """As many random motifs as the search's budget allows, each trained as long as the supernet; the best is kept.

    The best has the lowest loss on the valid part.
    """
    own = run.settings.search
    device = run.first.spikes.device
    training = replace(run.settings.training, epochs=own.epochs, batch=own.batch)
    split = replace(run.split, valid=run.split.valid.take(slice(0, 0)))
    valid = Samples.of(device, run.split.valid)
    readout = Readout(READOUT, split.classes)
    candidates, scores = [], []
    for number in range(1, _passes(run.settings) + 1):
        candidates.append(_unsearched(run, random_motifs(run.settings, run.seed, number)))
        phase = f"candidate {number}"
        trained, _ = fit(
            reinitialise(candidates[-1], run.first, run.settings.start, run.seed),
            split,
            training,
            run.seed,
            device,
            None if run.progress is None else partial(_tell, run.progress, phase),
            run.stages.get(phase),
            partial(run.keep, phase),
        )
        scores.append(scored(trained, readout, valid, training))
    best = min(range(len(scores)), key=lambda number: scores[number]["loss"])
    passes = len(scores) * own.epochs * split.train.samples
    return Found(candidates[best], run.settings, passes, {"candidates": scores, "chosen": best + 1})


METHODS: Mapping[str, Finder] = {
    "hrmas": hrmas.found,
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


def _unsearched(run: Run, motifs: Mapping[str, Motif]) -> Network:
    """The network of these motifs, R and tau_m where they start, all weights zero."""
    model = run.settings.model
    beta = {
        name: np.full(count, model.tau_m)
        for name, count in zip(hidden_names(len(model.neurons)), model.neurons, strict=True)
    }
    return motif_network(motifs, beta, beta, run.split, model)


def _fixed(run: Run, network: Network) -> Found:
    """A structure that was not searched: its training gets the epochs that a search would have cost."""
    samples = run.split.train.samples + run.split.valid.samples
    more = run.settings.search.epochs * _passes(run.settings) * run.split.train.samples / samples
    training = replace(run.settings.training, epochs=run.settings.training.epochs + round(more))
    return Found(network, replace(run.settings, training=training), 0, {})


def _passes(settings: Settings) -> int:
    """Passes per training sample in an epoch of HRMAS."""
    return hrmas.passes_per_sample(settings, [settings.model.sizes] * len(settings.model.neurons))


def _wired_apart(settings: Settings) -> Settings:
    return replace(settings, model=replace(settings.model, wiring="none"))


def _tell(progress: Listener, phase: str, epoch: Progress) -> None:
    progress(replace(epoch, phase=phase))
