"""choosing: which settings a fold takes, by accuracies on held-out training speakers."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch

from benchmarks.runs import Row
from benchmarks.studies.memory.judging import first_batch
from benchmarks.studies.speech.plan import CHOICE_SEED, READINGS, choices, left_out, offered
from motifc.evaluation import evaluate
from search.data.load import load_split
from search.data.task import Split
from search.nas.space import random_architecture
from search.training.initialize import reinitialize
from search.training.train import train
from targets.contracts.raster import SpikeRaster

Score = Callable[[SpikeRaster], float]
"""The accuracy on the words of a part."""


@dataclass(frozen=True)
class Judged:
    """Random motifs of some settings, trained without two speakers.

    accuracies  of each of the two
    """

    reading: str
    settings: str
    accuracies: Mapping[str, float]
    seconds: float


def judged(reading: str, settings: str, speakers: tuple[str, ...], folder: Path) -> list[Row]:
    """For every pair that is left out one training on all other speakers, scored on each of the two."""
    own = choices()[settings]

    def trained(split: Split) -> Score:
        structure = random_architecture(own.model, split.neurons, CHOICE_SEED, 1).network(split, own.model)
        start = reinitialize(structure, first_batch(split, own), own.start, CHOICE_SEED)
        network = train(start, replace(split, valid=split.valid.take(slice(0, 0))), own, CHOICE_SEED, "cpu")
        return lambda part: evaluate(network, part).accuracy

    return [
        asdict(Judged(reading, settings, accuracies, seconds))
        for accuracies, seconds in without_pairs(reading, speakers, folder, trained)
    ]


def without_pairs(
    reading: str, speakers: tuple[str, ...], folder: Path, trained: Callable[[Split], Score]
) -> Iterator[tuple[dict[str, float], float]]:
    """Accuracies of both speakers of every pair that is left out, by what is `trained` on the others, and CPU seconds.

    The test and valid parts of a split are of one of the two each.
    """
    torch.set_num_threads(1)
    for one, other in left_out(speakers):
        began = time.process_time()
        split = load_split(f"{READINGS[reading]}:{one},{other}", folder)
        score = trained(split)
        accuracies = {one: score(split.test), other: score(split.valid)}
        yield accuracies, round(time.process_time() - began, 1)


def scores(rows: Sequence[Judged], reading: str, test: str) -> dict[str, float]:
    """Mean accuracy of all settings on training speakers of the fold that tests `test`.

    Of a training without two speakers, one of them `test`, the accuracy on the other: `test` had no part in it.
    """
    found: dict[str, list[Mapping[str, float]]] = {}
    for row in rows:
        if row.reading == reading and test in row.accuracies:
            found.setdefault(row.settings, []).append(row.accuracies)
    return {name: of_others(each, test) for name, each in found.items()}


def of_others(accuracies: Sequence[Mapping[str, float]], test: str) -> float:
    """Mean accuracy on others in the trainings that `test` was left out of too."""
    held = [each for each in accuracies if test in each]
    return float(np.mean([accuracy for each in held for speaker, accuracy in each.items() if speaker != test]))


def chosen(rows: Sequence[Judged], reading: str, test: str) -> str:
    """The settings of the highest mean among those offered, the first of equal ones; nothing where none were judged."""
    means = {name: mean for name, mean in scores(rows, reading, test).items() if name in offered(reading)}
    return max(means, key=lambda name: means[name], default="")
