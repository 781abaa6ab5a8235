"""thinned: a structure whose motifs hear a part of what is before their layer, found by the weights of a training."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from search.nas.budget import FORWARD, look, whole_epochs
from search.nas.candidates import Judge, best_of, inherited, repair_units
from search.nas.derive import feed, windows
from search.nas.retraining import Candidate, Experiment, Method
from search.nas.space import group_of
from search.network import Connection, Layer, Network
from search.settings import ModelSettings
from search.training.own_rates import measured_rates
from targets.contracts.arrays import Array, Floats, Ints
from targets.contracts.degrees import fan_in
from targets.contracts.synapses import Synapses, dense, with_weights

EPOCHS = 6
"""Of the training whose weights tell what is heard, and of each share's where there are several to choose from."""
PASSES = 10
"""Of the repair after what is not heard is gone."""


def by_weights(method: Method) -> Method:
    """The method, and after it a fan-in where the settings ask for one by weights; both within the budget."""

    def found(experiment: Experiment) -> Candidate:
        settings = experiment.settings
        model, search = settings.model, settings.search
        if model.fan_in_by != "weights" or min(*model.fan_in, model.readout_fan_in) == 1:
            return method(experiment)
        if search.budget:
            search = replace(search, budget=search.budget - units(experiment))
            whole_epochs(search.budget, 1.0, "a search before a fan-in by weights")
        whole = replace(settings, model=replace(model, readout_fan_in=1.0), search=search)
        candidate = method(replace(experiment, settings=whole))
        used = replace(candidate.settings.search, budget=settings.search.budget)
        return thinned(experiment, replace(candidate, settings=replace(candidate.settings, model=model, search=used)))

    return found


def units(experiment: Experiment) -> float:
    """What `thinned` takes of the budget."""
    shares = len(experiment.settings.model.fan_in)
    trainings = 1 + (shares if shares > 1 else 0)
    repairs = shares * repair_units(experiment, PASSES)
    return trainings * (EPOCHS + look(experiment.split)) + FORWARD + repairs


def thinned(experiment: Experiment, candidate: Candidate) -> Candidate:
    """The candidate with the best of the shares in `model.fan_in`, and the weights that it begins with.

    ```
    train the structure with all sources, from fresh weights
    prune    a motif, or group within it, keeps the share of sources whose weights into it are largest: sum over its
             neurons of w^2, times the source's rate
    share    a readout neuron hears its window of the last layer alone, with the weights of all neurons of its class
             together, so that what the class hears stays as it was
    repair   every hidden neuron returns to the rate it had, by R alone; all weights that are left stay
    ```
    A neuron of a layer without a motif is a group of its own. Of several shares each is trained on, and the one with
    the best score on the validation part stays (the cost of a chip counts there). Pruning by magnitude: S. Han et al.,
    "Learning both weights and connections for efficient neural networks", NeurIPS 2015; by groups as in H. Li et al.,
    "Pruning filters for efficient ConvNets", ICLR 2017.
    """
    judge, model = Judge.of(experiment), experiment.settings.model
    whole = judge.train(judge.fresh(candidate.network), EPOCHS, "fan-in all").network
    split, device = experiment.split, experiment.first.spikes.device
    rates = {split.input: split.train.rates(), **measured_rates(whole, split.train, device)}
    scores = {layer.name: _score(whole, layer, rates, model) for layer in whole.hidden}
    starts = []
    for share in model.fan_in:
        thin = pruned(candidate.network, {name: strongest(score, share) for name, score in scores.items()})
        begun = shared(inherited(judge.fresh(thin), whole), model, split.classes)
        starts.append(judge.repaired(begun, whole, PASSES))
    best, told = 0, []
    if len(starts) > 1:
        trained = [
            judge.train(each, EPOCHS, f"fan-in {share:g}") for share, each in zip(model.fan_in, starts, strict=True)
        ]
        best, told = best_of(trained)[0], [dict(each.figures) for each in trained]
    metadata = {**candidate.metadata, "fan_in": {"share": model.fan_in[best], "offered": told}}
    passes, forward = candidate.passes + judge.spent["both"], candidate.forward + judge.spent["forward"]
    forward += split.train.samples
    return replace(
        candidate, network=starts[best], start=starts[best], passes=passes, forward=forward, metadata=metadata
    )


def strongest(score: Floats, share: float) -> Ints:
    """The sources of the highest scores [group, source], a `share` of all: int32 [group, source], in order.

    Of equal scores the first; at least one.
    """
    count = max(1, round(share * score.shape[1]))
    return np.sort(np.argsort(-score, axis=1, kind="stable")[:, :count], axis=1).astype(np.int32)


def pruned(network: Network, heard: Mapping[str, Ints]) -> Network:
    """The network whose layers hear only these sources: layer -> int32 [group, source]; all weights zero.

    Groups are equally many neurons in order; what a neuron hears late it hears as late as before.
    """
    kept: list[Connection] = []
    done: set[str] = set()
    for each in network.connections:
        if each.source == each.target or each.target not in heard:
            kept.append(each)
        elif each.target not in done:
            done.add(each.target)
            fed = [one for one in network.connections if (one.source, one.target) == (each.source, each.target)]
            late = sum((one.delay - 1) * _heard(one.synapses).astype(np.int32) for one in fed)
            ends = each.name.partition("+")[0], each.source, each.target
            kept += feed(ends, each.synapses.shape[1], np.asarray(late), heard[each.target])
    return replace(network, connections=tuple(kept))


def shared(network: Network, model: ModelSettings, classes: int) -> Network:
    """The network whose readout neurons hear their windows of the last layer alone (`search.nas.derive.windows`).

    What several neurons of a class weighed is divided among those that still hear it: the sum of a class stays.
    """
    if model.readout_fan_in == 1:
        return network
    output = network.connections[-1]
    heard = windows(output.synapses.shape[0], classes, model)
    each = len(heard) // classes
    mine = np.zeros((each, output.synapses.shape[1]))
    np.put_along_axis(mine, heard[:each], 1.0, axis=1)
    weights = dense(output.synapses).reshape(classes, each, -1).sum(axis=1, keepdims=True)
    weights = (weights * (mine / np.maximum(mine.sum(axis=0), 1))).reshape(len(heard), -1)
    (thin,) = feed((output.name, output.source, output.target), mine.shape[1], np.zeros(len(heard), np.int32), heard)
    thin = replace(thin, synapses=with_weights(thin.synapses, np.take_along_axis(weights, heard, axis=1).ravel()))
    return replace(network, connections=(*network.connections[:-1], thin))


def _score(network: Network, layer: Layer, rates: Mapping[str, Floats], model: ModelSettings) -> Floats:
    """How much each source matters to each group of neurons, single ones where there are no motifs: [group, source]."""
    fed = [each for each in network.connections if each.target == layer.name and each.source != layer.name]
    squares = np.sum([dense(each.synapses) ** 2 for each in fed], axis=0) * rates[fed[0].source]
    size = group_of(model, layer.motif_size)
    return np.asarray(squares.reshape(-1, size, squares.shape[1]).sum(axis=1))


def _heard(synapses: Synapses) -> Array:
    """Which neurons hear anything through these synapses: bool [post]."""
    return fan_in(synapses, np.ones(synapses.weights.shape, np.bool_)) > 0
