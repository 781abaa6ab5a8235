"""Head-room: how far random architectures lie apart on the validation part, beside how far seeds do.

Run it with: python -m benchmarks.studies.memory.headroom --jobs 2
No test part is read. It was run before the plan was written, on seeds that are not in it, and chose the third task.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.refusals import refusing
from benchmarks.runs import Row, chosen, complete
from benchmarks.studies.command import parser
from benchmarks.studies.memory.judging import validation
from search.data.load import load_split
from search.nas.space import random_architecture
from search.settings import settings_of
from targets.contracts.arrays import Floats

ROWS = Path(__file__).parent / "headroom.json"
SEEDS, ARCHITECTURES, EPOCHS, RATE = (201, 202, 203), (1, 2, 3, 4, 5), 20, 2e-2
CANDIDATES: Mapping[str, Mapping[str, Any]] = {
    "digits-rows": {},
    "spoken-first": {},
    "digits-scan": {},
    "digits": {"window": 8},
}
"""Tasks that ask for memory or might, with what is set for them; the last two were candidates for the third."""
SPACES: Mapping[str, Mapping[str, Any]] = {
    "wide": {"delays": [1, 2, 4, 8], "input_delays": [0, 4, 8, 16, 24]},
    "present": {},
}
_DRAWN = 7
"""Seed of the architectures, which are the same for every seed of split, weights and batches."""


@dataclass(frozen=True)
class HeadRoom:
    """Standard deviations of validation accuracy: between architectures, and of what is left; and the mean.

    A two-way layout without repetition, both effects random: the mean square between architectures less that of the
    residual, over the seeds, is the variance between architectures, 0 where it is negative.
    """

    mean: float
    between: float
    residual: float

    @classmethod
    def of(cls, accuracy: Floats) -> "HeadRoom":
        """From accuracies [architecture, seed], at least two of each."""
        count, seeds = accuracy.shape
        own, column, mean = accuracy.mean(axis=1, keepdims=True), accuracy.mean(axis=0, keepdims=True), accuracy.mean()
        left = float(((accuracy - own - column + mean) ** 2).sum()) / ((count - 1) * (seeds - 1))
        square = seeds * float(((own - mean) ** 2).sum()) / (count - 1)
        return cls(float(mean), max(0.0, (square - left) / seeds) ** 0.5, left**0.5)


@refusing
def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what the rows lack and print the table."""
    given = parser("Measure the head-room of random architectures on validation data.").parse_args(arguments)
    complete(ROWS, tasks(), measured, given.jobs)
    for (task, space), found in headrooms().items():
        sys.stdout.write(
            f"{task} {space}: {found.mean:.1%}, {found.between:.1%} between, {found.residual:.1%} residual\n"
        )


def tasks() -> list[dict[str, Any]]:
    """One for every task, space and seed."""
    return [
        {"task": task, "space": space, "seed": seed, "epochs": EPOCHS, "rate": RATE}
        for space in SPACES
        for task in reversed(list(CANDIDATES))
        for seed in SEEDS
    ]


def headrooms() -> dict[tuple[str, str], HeadRoom]:
    """The head-room by (task, space) of the rows that are kept."""
    rows = chosen(complete(ROWS, (), measured), tasks())
    found = {}
    for space in SPACES:
        for task in CANDIDATES:
            own = {(row["architecture"], row["seed"]): row["validation"] for row in rows if _of(row, task, space)}
            if len(own) == len(ARCHITECTURES) * len(SEEDS):
                table = [[own[number, seed] for seed in SEEDS] for number in ARCHITECTURES]
                found[task, space] = HeadRoom.of(np.array(table))
    return found


def measured(task: str, space: str, seed: int, epochs: int, rate: float) -> list[Row]:
    """Validation accuracy of every random architecture, each trained on the training part alone."""
    torch.set_num_threads(1)
    told = {"model": {"neurons": [64], **SPACES[space], **CANDIDATES[task]}, "training": {"rate": rate}}
    settings = settings_of(told, "head-room")
    split = load_split(task, None, seed)
    rows = []
    for number in ARCHITECTURES:
        drawn = random_architecture(settings.model, split.neurons, _DRAWN, number)
        found = validation(drawn.network(split, settings.model), split, settings, seed, epochs)
        rows.append({"architecture": number, "validation": found})
    return rows


def _of(row: Row, task: str, space: str) -> bool:
    return bool(row["task"] == task and row["space"] == space)


if __name__ == "__main__":
    main()
