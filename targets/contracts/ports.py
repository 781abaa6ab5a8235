"""Ports: what goes into a network or program, and the classes or values that come out."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from targets.contracts.arrays import Array, Floats, Ints
from targets.contracts.errors import InputError
from targets.contracts.fields import MOST_NEURONS, MOST_STEPS, named, whole
from targets.contracts.raster import SpikeRaster
from targets.contracts.serial import LATER
from targets.contracts.shown import brief

Answer = Literal["spikes", "last", "peak", "value"]
"""What neurons answer by: for a class by spikes, or by the last or the highest voltage of neurons that never spike.

With "value" their last voltage is itself the answer: a number to be told, and no vote.
"""


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

    Of neurons that answer in voltage the largest voltage wins: that after the `by` = "last" step that counts, or the
    highest of all steps that count ("peak"). With a `window` above 0 only so many of the last steps that count are
    looked at. Ties go to the lowest class in `classify`, and count as wrong in `accuracy`.

    By "value" nobody votes: the readout tells `classes` values, each the mean of the last voltages of its neurons.
    """

    population: str
    classes: int
    by: Answer = field(default="spikes", kw_only=True, metadata=LATER)
    window: int = field(default=0, kw_only=True, metadata=LATER)

    def __post_init__(self) -> None:
        place = f"number of classes of readout {brief(self.population)}"
        object.__setattr__(self, "classes", whole(self.classes, place, MOST_NEURONS))
        place = f"window of readout {brief(self.population)} in steps"
        object.__setattr__(self, "window", whole(self.window, place, MOST_STEPS, least=0))

    @property
    def tells_values(self) -> bool:
        """Whether the answer is a number for each of `classes` values, and no class."""
        return self.by == "value"

    def asked_of(self, samples: SpikeRaster) -> bool:
        """Whether samples say what this readout should answer: they have targets where it tells values, else labels."""
        return (samples.targets if self.tells_values else samples.labels) is not None

    def values(self, voltages: Array) -> Floats:
        """What is told of every sample: float64 [sample, value], from last voltages [sample, neuron]."""
        return voltages.reshape(len(voltages), self.classes, -1).mean(axis=2, dtype=np.float64)

    def known_targets(self, targets: Floats | None, whose: str = "the spikes") -> Floats:
        """`targets` [sample, value] as they are; InputError where there are none, or not as many as are told."""
        if targets is None:
            raise InputError(
                f"{whose} have no targets; readout {self.population!r} tells values, so give an array `targets` of "
                f"{self.classes} per sample to compare them with."
            )
        if targets.shape[1] != self.classes:
            raise InputError(
                f"{whose} have {targets.shape[1]} targets per sample; readout {self.population!r} tells {self.classes} "
                "values, so give as many or the data it was made for."
            )
        return targets

    def counts(self, spikes: SpikeRaster) -> Ints:
        """Spikes of the population in the steps that the readout looks at: int32 [sample, neuron]."""
        return spikes.counts(self.window)

    def votes(self, counts: Array) -> Array:
        """Spike counts or voltages [sample, neuron] summed over each class's neurons: [sample, class]."""
        samples, neurons = counts.shape
        kind = np.float64 if counts.dtype.kind == "f" else np.int32
        return counts.reshape(samples, self.classes, neurons // self.classes).sum(axis=2, dtype=kind)

    def classify(self, counts: Array) -> Ints:
        """Predicted class of every sample: int32 [sample]; ties go to the lowest class."""
        return self.votes(counts).argmax(axis=1).astype(np.int32)

    def known_labels(self, labels: Ints | None, whose: str = "the spikes") -> Ints:
        """`labels` [sample] as they are; InputError where there are none and where one is no class of this readout."""
        if labels is None:
            raise InputError(f"{whose} have no labels; one class per sample is needed to judge answers, so add them.")
        foreign = np.flatnonzero((labels < 0) | (labels >= self.classes))
        if foreign.size:
            raise InputError(
                f"{foreign.size:,} of {labels.size:,} labels of {whose} lie outside 0 to {self.classes - 1}, the "
                f"classes of readout {self.population!r}, the first being {labels[foreign[0]]} of sample {foreign[0]}; "
                "renumber the labels or give the data it was made for."
            )
        return labels

    def accuracy(self, counts: Array, labels: Ints) -> float:
        """Share of samples whose labelled class has strictly more spikes than every other, or a higher voltage.

        `counts` [sample, neuron], `labels` int32 [sample]. Raises InputError for a label that is no class and
        where there are not as many labels as samples.
        """
        if len(labels) != len(counts):
            raise InputError(
                f"{len(labels)} labels were given for {len(counts)} samples; one each is needed, so match them."
            )
        labels = self.known_labels(labels)
        votes = self.votes(counts)
        right = votes[np.arange(len(labels)), labels].copy()
        votes[np.arange(len(labels)), labels] = -1 if votes.dtype.kind == "i" else -np.inf
        return float(np.mean(right > votes.max(axis=1))) if len(labels) else 0.0


def window_on(population: str, readout: Readout | None) -> int:
    """The window through which a readout looks at a population; 0 where it looks at another or at all steps."""
    return readout.window if readout is not None and readout.population == population else 0
