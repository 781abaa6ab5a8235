"""Ports: what goes into a network or program, and the classes that come out."""

from dataclasses import dataclass

import numpy as np

from targets.contracts.arrays import Ints
from targets.contracts.fields import MOST_NEURONS, named, whole
from targets.contracts.shown import brief


@dataclass(frozen=True)
class Input:
    """Spikes from outside: a name and a width in neurons."""

    name: str
    neurons: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", named(self.name, "an input"))
        place = f"width of input {self.name!r}"
        object.__setattr__(self, "neurons", whole(self.neurons, place, MOST_NEURONS, least=1))


@dataclass(frozen=True)
class Readout:
    """Class c is voted for by neurons c * k .. c * k + k - 1 of `population`; the largest spike count wins.

    Ties go to the lowest class in `classify`, and count as wrong in `accuracy`.
    """

    population: str
    classes: int

    def __post_init__(self) -> None:
        place = f"number of classes of readout {brief(self.population)}"
        object.__setattr__(self, "classes", whole(self.classes, place, MOST_NEURONS))

    def votes(self, counts: Ints) -> Ints:
        """Spike counts [sample, neuron] summed over each class's neurons: [sample, class]."""
        samples, neurons = counts.shape
        return counts.reshape(samples, self.classes, neurons // self.classes).sum(axis=2, dtype=np.int32)

    def classify(self, counts: Ints) -> Ints:
        """Predicted class of every sample: int32 [sample]; ties go to the lowest class."""
        return self.votes(counts).argmax(axis=1).astype(np.int32)

    def accuracy(self, counts: Ints, labels: Ints) -> float:
        """Share of samples whose labelled class has strictly more spikes than every other."""
        votes = self.votes(counts)
        right = votes[np.arange(len(labels)), labels].copy()
        votes[np.arange(len(labels)), labels] = -1
        return float(np.mean(right > votes.max(axis=1))) if len(labels) else 0.0
