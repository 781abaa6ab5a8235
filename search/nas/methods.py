"""Methods: HRMAS, its ablations, and baselines of the same size and budget."""

from collections.abc import Mapping
from dataclasses import fields, replace
from functools import partial
from pathlib import Path

import numpy as np
import torch

from search.data.task import Split
from search.motif import Motif
from search.nas import hrmas
from search.nas.baselines import best_structure, equal_synapses, plain, random_late, recurrent, sparse
from search.nas.budget import look, whole_epochs
from search.nas.candidates import Judge, best_of
from search.nas.derive import derive
from search.nas.evolution import evolve
from search.nas.fan_in import by_weights
from search.nas.halving import halve
from search.nas.retraining import Candidate, Experiment, Method, retrain
from search.nas.space import Architecture, random_architecture
from search.nas.supernet import Supernet
from search.network import Network
from search.ranks import ALONE, Ranks
from search.settings import ModelSettings, PlasticitySettings, SearchSettings, Settings
from search.training.progress import Listener
from targets.contracts.errors import InputError
from targets.contracts.shown import unlike

OPEN_DELAYS = (1, 2, 4, 8)
"""Delays of links that are offered where the settings offer none, steps."""
OPEN_INPUT_DELAYS = (0, 4, 8, 16, 24)
"""Delays of what a layer hears, steps."""
_DELAYED = ("hrmas-delays", "hrmas-halving")
_SAMPLED = 8  # first number of the seeds of sampled architectures, so that they share no stream with a phase


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

    All methods have the same number of neurons ("recurrent-equal" has fewer), the same start of weights and at most the
    same budget, counted in units (`search.nas.budget`): `search.budget` or, where that is 0, what HRMAS takes in its
    epochs. Of these
    ```
    HRMAS       train samples * (1 + networks per step of alpha) + 3 valid samples / 3 + window / 3   an epoch
                one step of the weights, and one of alpha, which runs every candidate size of every layer
    candidates  train samples an epoch, valid samples / 3 when judged
    ```
    Second-order gradients run four times as many networks. Without `search.budget` random search has as many candidates
    as HRMAS runs networks, and a structure that needs no search is trained for so many epochs more that the samples
    taken forward and backward are equal.
    A method that chooses delays is given some to choose from where the settings offer none (`opened`).
    The network's settings name those that the method never used ("idle"). InputError for an unknown method, for a
    budget too small for it, and for a cost given to one that has no motif to choose.
    """
    if method not in METHODS:
        raise InputError(unlike("method", method, tuple(METHODS)))
    if settings.search.cost and method in _UNCOSTED:
        others = ", ".join(name for name in METHODS if name not in _UNCOSTED)
        raise InputError(
            f"method {method!r} chooses no motif, so that a cost of {settings.search.cost:g} would "
            f"change nothing; leave --cost out, or choose {others}."
        )
    settings = opened(method, split, settings)
    network = retrain(method, by_weights(METHODS[method]), split, settings, seed, device, progress, checkpoint, ranks)
    thinned = settings.model.fan_in_by == "weights"
    return network.with_settings(idle=[each for each in idle_settings(method) if each != "model.fan_in" or not thinned])


def opened(method: str, split: Split, settings: Settings) -> Settings:
    """The settings with delays to choose from, where the method chooses them and the settings offer none.

    Of `OPEN_DELAYS` and `OPEN_INPUT_DELAYS` those that the chip of the settings allows, and that the longest sample
    outlives.
    """
    model = settings.model
    if method not in _DELAYED or model.delays != (1,) or model.input_delays != (0,):
        return settings
    longest = int(split.train.lengths.max(initial=0)) - len(model.neurons) - 1
    most = min([longest, *(chip.delay_max.value for chip in settings.chips)])
    delays = tuple(each for each in OPEN_DELAYS if each <= max(most, 1))
    late = tuple(each for each in OPEN_INPUT_DELAYS if each < max(most, 1))
    return replace(settings, model=replace(model, delays=delays, input_delays=late))


def idle_settings(method: str) -> tuple[str, ...]:
    """Names ("table.setting") of the settings that a method never uses, except to count the budget it is given."""
    search, plasticity = _names(SearchSettings), _names(PlasticitySettings)
    unsearched = (*search, *plasticity, "start.alpha")
    used = ("search.epochs", "search.batch", "search.budget", "search.score")
    counted = tuple(name for name in unsearched if name not in used)
    judged = tuple(name for name in counted if name not in ("search.chip", "search.cost", "search.cost_shares"))
    chosen = ("model.delays", "model.input_delays", "model.fan_in")
    motifs = ("model.sizes", "model.wiring", "model.links")
    drawn = ("model.fan_in", "model.links")
    gradients = (*drawn, "search.score")
    idle: dict[str, tuple[str, ...]] = {
        "hrmas": gradients,
        "hrmas-delays": gradients,
        "hrmas-halving": drawn,
        "no-plasticity": (*gradients, *_names(PlasticitySettings, "window", "mean_rate", "silent")),
        "no-lateral": gradients,
        "no-motif": ("model.sizes", *gradients),
        "halving": judged,
        "evolution": tuple(name for name in judged if name not in ("plasticity.rule", "plasticity.window")),
        "random-search": judged,
        "random-motif": unsearched,
        "recurrent": (*unsearched, *motifs, *chosen),
        "recurrent-delay": (*counted, *motifs, "model.input_delays", "model.fan_in"),
        "recurrent-equal": counted,
        "feed-forward": (*unsearched, *motifs, *chosen, "start.recurrence"),
        "feed-forward-delays": (*unsearched, *motifs, "model.delays", "model.fan_in", "start.recurrence"),
        "sparse-delays": (*unsearched, *motifs, "model.fan_in"),
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


def _with_delays(experiment: Experiment) -> Candidate:
    """HRMAS that chooses delays as it chooses types."""
    return hrmas.find(experiment, delayed=True)


def _then_halving(experiment: Experiment) -> Candidate:
    """HRMAS with delays for half of the budget; then candidates sampled from its choices are halved for the rest."""
    budget = _budget(experiment)
    supernet, found = hrmas.searched(experiment, None, True, budget / 2)
    beta = {name: value.cpu().numpy().astype(np.float64) for name, value in supernet.beta.items()}
    split, model, seed = experiment.split, experiment.settings.model, experiment.seed

    def structure(number: int) -> Network:
        if number == 1:
            return found.network
        return sampled(supernet, split.neurons, model, seed, number).network(split, model, beta)

    halved = halve(experiment, structure, budget - found.units(split))
    metadata = {**found.metadata, **halved.metadata}
    passes, forward = found.passes + halved.passes, found.forward + halved.forward
    return Candidate(halved.network, experiment.settings, passes, metadata, forward)


def _halving(experiment: Experiment) -> Candidate:
    """Successive halving of random architectures."""
    return halve(experiment, partial(_random, experiment), _budget(experiment))


def _evolution(experiment: Experiment) -> Candidate:
    """Evolution with inherited weights."""
    return evolve(experiment, _budget(experiment))


def _feed_forward(experiment: Experiment) -> Candidate:
    """No links from hidden to hidden neurons of a layer."""
    return _fixed(experiment, plain(experiment.split, experiment.settings.model))


def _recurrent(experiment: Experiment) -> Candidate:
    """Every layer is fully recurrent, self-connections included, with weights of free sign."""
    model = experiment.settings.model
    return _fixed(experiment, recurrent(plain(experiment.split, model), model, 1))


def _recurrent_delay(experiment: Experiment) -> Candidate:
    """Fully recurrent after that of the delays which does best on the validation part."""
    settings, split = experiment.settings, experiment.split
    structures = [recurrent(plain(split, settings.model), settings.model, delay) for delay in settings.model.delays]
    return best_structure(experiment, structures, settings, _budget(experiment))


def _recurrent_equal(experiment: Experiment) -> Candidate:
    """Fully recurrent with as many synapses in all as random motifs, its delays chosen on the validation part.

    With input delays by successive halving: the first candidates, one for each recurrent delay, hear their input at
    once, and every further round of them after other random delays of every neuron.
    """
    split, seed = experiment.split, experiment.seed
    model = equal_synapses(split, experiment.settings.model)
    own = replace(experiment, settings=replace(experiment.settings, model=model))

    def structure(number: int) -> Network:
        draw, place = divmod(number - 1, len(model.delays))
        return recurrent(
            plain(split, model, random_late(model, seed, draw) if draw else None), model, model.delays[place]
        )

    if model.input_delays == (0,):
        alone = [structure(number) for number in range(1, len(model.delays) + 1)]
        return best_structure(own, alone, own.settings, _budget(experiment))
    return halve(own, structure, _budget(experiment))


def _feed_forward_delays(experiment: Experiment) -> Candidate:
    """No recurrent links; every neuron hears its input after a random delay."""
    model = experiment.settings.model
    return _fixed(experiment, plain(experiment.split, model, random_late(model, experiment.seed)))


def _sparse_delays(experiment: Experiment) -> Candidate:
    """Random links of free sign after random delays, and random input delays."""
    model, seed = experiment.settings.model, experiment.seed
    return _fixed(experiment, sparse(plain(experiment.split, model, random_late(model, seed)), model, seed))


def _random_motif(experiment: Experiment) -> Candidate:
    """The motifs that a random search would try first."""
    return _fixed(experiment, _random(experiment, 1))


def _random_search(experiment: Experiment) -> Candidate:
    """As many random motifs as the search's budget allows, each trained as long as the supernet; the best is kept.

    The best has the lowest loss on the valid part.
    """
    own, judge = experiment.settings.search, Judge.of(experiment)
    count = _passes(experiment.settings)
    if own.budget:
        count = whole_epochs(own.budget, own.epochs + look(experiment.split), "a candidate of random search")
    structures = [_random(experiment, number) for number in range(1, count + 1)]
    trained = [
        judge.train(judge.fresh(structure), own.epochs, f"candidate {number}")
        for number, structure in enumerate(structures, 1)
    ]
    best = best_of(trained)[0]
    metadata = {"candidates": [dict(each.figures) for each in trained], "chosen": best + 1}
    return Candidate(structures[best], experiment.settings, judge.spent["both"], metadata, judge.spent["forward"])


METHODS: Mapping[str, Method] = {
    "hrmas": hrmas.find,
    "no-plasticity": _without_plasticity,
    "no-lateral": _without_lateral,
    "no-motif": _without_motifs,
    "hrmas-delays": _with_delays,
    "hrmas-halving": _then_halving,
    "halving": _halving,
    "evolution": _evolution,
    "random-search": _random_search,
    "random-motif": _random_motif,
    "recurrent": _recurrent,
    "recurrent-delay": _recurrent_delay,
    "recurrent-equal": _recurrent_equal,
    "feed-forward": _feed_forward,
    "feed-forward-delays": _feed_forward_delays,
    "sparse-delays": _sparse_delays,
}
"""How each method finds its structure; drawing and training the weights is the same for all."""
_UNCOSTED = (
    "random-motif",
    "recurrent",
    "recurrent-delay",
    "recurrent-equal",
    "feed-forward",
    "feed-forward-delays",
    "sparse-delays",
)
"""Methods that choose no motif, so that a cost would change nothing."""


def sampled(supernet: Supernet, sources: int, model: ModelSettings, seed: int, number: int) -> Architecture:
    """An architecture drawn from the probabilities of a supernet, the same for the same numbers."""
    generator = np.random.default_rng((_SAMPLED, seed, number))
    motifs: dict[str, Motif] = {}
    for name, layer in supernet.layers.items():
        noisy = supernet.alpha[name].with_tensors(
            each.detach().cpu() + torch.from_numpy(generator.gumbel(size=each.shape)).float()
            for each in supernet.alpha[name].tensors()
        )
        motifs[name] = derive(layer, noisy)
    return Architecture(motifs, {})


def _random(experiment: Experiment, number: int) -> Network:
    """The random architecture of that number, all weights zero."""
    split, model = experiment.split, experiment.settings.model
    return random_architecture(model, split.neurons, experiment.seed, number).network(split, model)


def _budget(experiment: Experiment) -> float:
    """Units that a search may take: those of the settings, or what HRMAS takes in its epochs."""
    settings, offered = experiment.settings, [experiment.settings.model.sizes] * len(experiment.settings.model.neurons)
    own = settings.search
    return own.budget or own.epochs * hrmas.units_per_epoch(settings, experiment.split, offered)


def _fixed(experiment: Experiment, network: Network) -> Candidate:
    """A structure that was not searched.

    Its training gets the epochs that a search would have cost, but not where a budget is set: then all are trained
    alike in the end.
    """
    if experiment.settings.search.budget:
        return Candidate(network, experiment.settings, 0, {})
    samples = experiment.split.train.samples + experiment.split.valid.samples
    more = experiment.settings.search.epochs * _passes(experiment.settings) * experiment.split.train.samples / samples
    training = replace(experiment.settings.training, epochs=experiment.settings.training.epochs + round(more))
    return Candidate(network, replace(experiment.settings, training=training), 0, {})


def _passes(settings: Settings) -> int:
    """Passes per training sample in an epoch of HRMAS."""
    return hrmas.passes_per_sample(settings, [settings.model.sizes] * len(settings.model.neurons))


def _wired_apart(settings: Settings) -> Settings:
    return replace(settings, model=replace(settings.model, wiring="none"))
