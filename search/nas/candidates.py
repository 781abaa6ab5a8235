"""Candidates: structures that are trained for a few epochs and then judged on the validation part."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import ceil

import numpy as np

from search.data.loader import DataLoader
from search.nas.budget import in_units
from search.nas.derive import readout_of
from search.nas.discrete_cost import relative_cost
from search.nas.evaluate import evaluate_network
from search.nas.retraining import Experiment
from search.network import Network
from search.repair.resistance import scaled
from search.training.initialize import reinitialize
from search.training.links import flat_indices
from search.training.loss import calibrated_loss, readout_loss
from search.training.own_rates import measured_rates
from search.training.progress import Listener, Progress
from search.training.train import fit
from targets.contracts.arrays import Floats
from targets.contracts.set_point import Rates, set_point
from targets.contracts.synapses import Synapses, dense, with_weights


@dataclass(frozen=True, eq=False)
class Trained:
    """A network after some epochs and its figures on the validation part, "score" among them: less is better."""

    network: Network
    figures: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class Judge:
    """Trains candidates of an experiment and counts what that takes.

    both, forward  samples taken forward and backward, and forward alone, by those trained so far
    """

    experiment: Experiment
    spent: dict[str, int]

    @classmethod
    def of(cls, experiment: Experiment) -> "Judge":
        """A judge who has trained nothing."""
        return cls(experiment, {"both": 0, "forward": 0})

    def fresh(self, structure: Network) -> Network:
        """The structure with weights drawn anew."""
        experiment = self.experiment
        return reinitialize(structure, experiment.first, experiment.settings.start, experiment.seed)

    def train(self, network: Network, epochs: int, phase: str) -> Trained:
        """The network after so many more epochs on the training part, and how it does on the validation part.

        The score is the loss there, or what `search.score` names; where a cost is set, the network's relative use of
        the chip is added to it.
        """
        experiment, own = self.experiment, self.experiment.settings
        split, device = experiment.split, experiment.first.spikes.device
        warm = min(own.training.warm_up, epochs * ceil(split.train.samples / own.search.batch) // 4)
        training = replace(own.training, epochs=epochs, batch=own.search.batch, warm_up=warm)
        alone = replace(split, valid=split.valid.take(slice(0, 0)))
        listener = None if experiment.progress is None else partial(_report, experiment.progress, phase)
        begun, keep = experiment.stages.get(phase), partial(experiment.keep, phase)
        ranks = experiment.ranks
        trained, _ = fit(network, alone, training, experiment.seed, device, listener, begun, keep, ranks=ranks)
        loader = DataLoader.of(device, split.valid, ranks=ranks)
        measure = calibrated_loss if own.search.score == "calibrated" else readout_loss
        figures = dict(evaluate_network(trained, readout_of(split, own.model), loader, training, measure))
        wrong = own.search.score == "errors" and "accuracy" in figures
        figures["score"] = 1 - figures["accuracy"] if wrong else figures["loss"]
        if own.search.cost:
            figures["score"] += own.search.cost * relative_cost(trained, split, own, device)
        self.spent["both"] += epochs * split.train.samples
        self.spent["forward"] += split.valid.samples
        return Trained(trained, figures)

    def repaired(self, network: Network, parent: Network, passes: int) -> Network:
        """The network with the parent's resistances, moved until its hidden neurons spike as often as the parent's.

        Every pass takes the first batch of the training part forward; labels are not looked at. The rule is that of
        `targets.contracts.set_point`.
        """
        spikes = self.experiment.split.train.take(slice(0, self.experiment.settings.search.batch))
        device = self.experiment.first.spikes.device
        former = {each.name: each.resistance for each in parent.hidden}
        network = scaled(network, {each.name: former[each.name] / each.resistance for each in network.hidden})

        def rates(of: Network) -> Rates:
            self.spent["forward"] += spikes.samples
            told = measured_rates(of, spikes, device)
            return {name: told[name] for name in former}

        return scaled(network, set_point(lambda each: rates(scaled(network, each)), rates(parent), passes))


def repair_units(experiment: Experiment, passes: int) -> float:
    """What a repair takes: its passes, a look at the parent's rates and one at the end."""
    split = experiment.split
    return in_units(split, 0, (passes + 2) * min(experiment.settings.search.batch, split.train.samples))


def best_of(trained: Sequence[Trained]) -> list[int]:
    """Their indices, the best first; ties in order."""
    return sorted(range(len(trained)), key=lambda number: trained[number].figures["score"])


def inherited(fresh: Network, parent: Network) -> Network:
    """`fresh` with the weights of the parent where both have the same link, inside a layer also of the same sign."""
    ends: dict[tuple[str, str], Floats] = {}
    for each in parent.connections:
        key = each.source, each.target
        ends[key] = ends[key] + dense(each.synapses) if key in ends else dense(each.synapses)
    connections = []
    for each in fresh.connections:
        known = ends.get((each.source, each.target))
        if known is not None:
            weights = each.synapses.weights.copy()
            theirs = _at(each.synapses, known)
            typed = each.source == each.target
            keep = (theirs != 0) & ((theirs * weights > 0) if typed else True)
            each = replace(each, synapses=with_weights(each.synapses, np.where(keep, theirs, weights)))
        connections.append(each)
    return replace(fresh, connections=tuple(connections))


def _at(synapses: Synapses, matrix: Floats) -> Floats:
    """What stands in a matrix [post, pre] at the places of stored weights; 0 where a block has no source."""
    return np.append(matrix.reshape(-1), 0.0)[flat_indices(synapses)]


def _report(progress: Listener, phase: str, epoch: Progress) -> None:
    progress(replace(epoch, phase=phase))
