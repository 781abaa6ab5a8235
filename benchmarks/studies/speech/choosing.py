"""choosing: which settings a fold takes, by accuracies on held-out training speakers."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch

from benchmarks.runs import Row
from benchmarks.studies.speech.plan import CHOICE_SEED, READINGS, choices, left_out, offered
from motifc.evaluation import evaluate
from search.data.load import load_split
from search.data.loader import DataLoader
from search.nas.space import random_architecture
from search.training.initialize import reinitialize
from search.training.train import train


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
    torch.set_num_threads(1)
    own, rows = choices()[settings], []
    for one, other in left_out(speakers):
        began = time.process_time()
        split = load_split(f"{READINGS[reading]}:{one},{other}", folder)
        structure = random_architecture(own.model, split.neurons, CHOICE_SEED, 1).network(split, own.model)
        first = DataLoader.of(torch.device("cpu"), split.train).batch(
            np.arange(min(own.training.batch, split.train.samples))
        )
        alone = replace(split, valid=split.valid.take(slice(0, 0)))
        network = train(reinitialize(structure, first, own.start, CHOICE_SEED), alone, own, CHOICE_SEED, "cpu")
        accuracies = {one: evaluate(network, split.test).accuracy, other: evaluate(network, split.valid).accuracy}
        rows.append(asdict(Judged(reading, settings, accuracies, round(time.process_time() - began, 1))))
    return rows


def scores(rows: Sequence[Judged], reading: str, test: str) -> dict[str, float]:
    """Mean accuracy of all settings on training speakers of the fold that tests `test`.

    Of a training without two speakers, one of them `test`, the accuracy on the other: `test` had no part in it.
    """
    found: dict[str, list[float]] = {}
    for row in rows:
        if row.reading == reading and test in row.accuracies:
            own = [accuracy for speaker, accuracy in row.accuracies.items() if speaker != test]
            found.setdefault(row.settings, []).extend(own)
    return {name: float(np.mean(each)) for name, each in found.items()}


def chosen(rows: Sequence[Judged], reading: str, test: str) -> str:
    """The settings of the highest mean among those offered, the first of equal ones; nothing where none were judged."""
    means = {name: mean for name, mean in scores(rows, reading, test).items() if name in offered(reading)}
    return max(means, key=lambda name: means[name], default="")
