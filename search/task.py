"""Task: real data as spike rasters, split once and for all; tasks are found by listing the folder search/tasks."""

import importlib
import pkgutil
from dataclasses import dataclass
from typing import Protocol, cast

import numpy as np

import search.tasks
from targets.arrays import Array
from targets.artefact import Artefact
from targets.errors import InputError
from targets.raster import SpikeRaster


@dataclass(frozen=True, eq=False)
class Split:
    """Labelled spikes in three parts: weights learn on `train`, architecture on `valid`, `test` is for the last score.

    train, valid, test  SpikeRaster [sample, time, neuron] of equal width, labels 0 .. classes - 1
    classes             number of classes
    input               name of the network input the spikes belong to
    """

    train: SpikeRaster
    valid: SpikeRaster
    test: SpikeRaster
    classes: int
    input: str = "input"

    def __post_init__(self) -> None:
        widths = [raster.neurons for raster in self._parts().values()]
        if len(set(widths)) > 1:
            raise InputError(
                f"train, valid and test spikes are {widths} neurons wide; all must be equal, so encode them alike."
            )
        for name, raster in self._parts().items():
            if raster.labels is None:
                raise InputError(f"the {name} part of a split has no labels; every sample needs one, so add them.")
            if raster.samples and not (raster.labels.min() >= 0 and raster.labels.max() < self.classes):
                raise InputError(
                    f"the {name} part of a split has labels {raster.labels.min()}..{raster.labels.max()}; with "
                    f"{self.classes} classes they must be 0..{self.classes - 1}, so renumber them."
                )

    @property
    def neurons(self) -> int:
        """Width of the spikes."""
        return self.train.neurons

    @property
    def digest(self) -> str:
        """SHA-256 of all spikes and labels and of who is in which part."""
        arrays: dict[str, Array] = {}
        for name, raster in self._parts().items():
            arrays |= {f"{name}.packed": raster.packed, f"{name}.lengths": raster.lengths}
            arrays[f"{name}.labels"] = labels_of(raster)
        header = {"classes": self.classes, "input": self.input, "neurons": self.neurons}
        return Artefact("split", header, arrays).digest

    def _parts(self) -> dict[str, SpikeRaster]:
        return {"train": self.train, "valid": self.valid, "test": self.test}


class Task(Protocol):
    """A module of search/tasks; the seed decides which sample goes into which part."""

    def load(self, seed: int) -> Split: ...  # noqa: D102


def task_names() -> tuple[str, ...]:
    """Names of all built-in tasks."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(search.tasks.__path__) if not module.ispkg))


def task_named(name: str) -> Task:
    """The task of that name; InputError when there is none."""
    if name not in task_names():
        raise InputError(f"unknown task {name!r}; known are {', '.join(task_names())}, so choose one of them.")
    return cast(Task, importlib.import_module(f"search.tasks.{name}"))


def labels_of(raster: SpikeRaster) -> Array:
    """The labels int32 [sample] of a raster that must have some; InputError when it has none."""
    if raster.labels is None:
        raise InputError("spikes without labels cannot be learned from; give one label per sample.")
    return raster.labels


def joined(first: SpikeRaster, second: SpikeRaster) -> SpikeRaster:
    """The samples of both rasters, one after the other; the shorter one is padded with silence."""
    steps = max(first.steps, second.steps)

    def padded(raster: SpikeRaster) -> Array:
        return np.pad(raster.packed, ((0, 0), (0, steps - raster.steps), (0, 0)))

    return SpikeRaster(
        packed=np.concatenate([padded(first), padded(second)]),
        neurons=first.neurons,
        lengths=np.concatenate([first.lengths, second.lengths]),
        labels=np.concatenate([labels_of(first), labels_of(second)]),
    )
