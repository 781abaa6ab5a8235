"""Task: real data as spike rasters, split once and for all; tasks are found by listing search/data/tasks."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol, cast

import numpy as np

from search.data.task_info import TaskInfo
from targets.contracts.arrays import Array
from targets.contracts.artefact import Artefact
from targets.contracts.errors import InputError
from targets.contracts.plugins import Plugins
from targets.contracts.ports import Answer, Readout
from targets.contracts.provenance import DataOrigin, keys_of, sample_digests
from targets.contracts.raster import SpikeRaster
from targets.contracts.shown import unlike


@dataclass(frozen=True, eq=False)
class Split:
    """Spikes in three parts: weights learn on `train`, architecture on `valid`, `test` is for the last score.

    train, valid, test  SpikeRaster [sample, time, neuron] of equal width, labels 0 .. classes - 1; or, where the
                        readout is to answer by "value", with as many targets per sample as `classes`
    classes             number of classes, or of values to be told
    input               name of the network input the spikes belong to
    data, folder, seed  how `search.data.load.load_split` makes it again; nothing for data made in Python
    by, window          how a readout is to answer, as in `targets.contracts.ports.Readout`
    """

    train: SpikeRaster
    valid: SpikeRaster
    test: SpikeRaster
    classes: int
    input: str = "input"
    data: str = ""
    folder: str = ""
    seed: int | None = None
    by: Answer = "spikes"
    window: int = 0

    def __post_init__(self) -> None:
        widths = [raster.neurons for raster in self._parts().values()]
        if len(set(widths)) > 1:
            raise InputError(
                f"train, valid and test spikes are {widths} neurons wide; all must be equal, so encode them alike."
            )
        for name, raster in self._parts().items():
            if self.by == "value":
                Readout("readout", self.classes, by="value").known_targets(
                    raster.targets, f"the {name} part of a split"
                )
                continue
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

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all counted spikes and labels and of who is in which part; padding does not matter."""
        header = {"classes": self.classes, "input": self.input, "neurons": self.neurons}
        return Artefact("split", header, self._digests).digest

    @cached_property
    def origin(self) -> DataOrigin:
        """What a network keeps of the split that its weights were trained on: the train and the valid part."""
        return DataOrigin(
            data=self.data,
            folder=self.folder,
            seed=self.seed,
            split=self.digest,
            train=self.train.samples,
            valid=self.valid.samples,
            test=self.test.samples,
            trained=np.unique(np.concatenate([keys_of(self._digests[part]) for part in ("train", "valid")])),
        )

    @cached_property
    def _digests(self) -> dict[str, Array]:
        return {name: sample_digests(raster) for name, raster in self._parts().items()}

    def _parts(self) -> dict[str, SpikeRaster]:
        return {"train": self.train, "valid": self.valid, "test": self.test}


class Task(Protocol):
    """A plugin: a module of search/data/tasks, or an entry point of the group "motifc.tasks".

    ABOUT  what the data are; read before `load`, so that a missing folder can be explained
    load   the split; `seed` decides which sample goes into which part where the data set does not, `folder` holds the
           files (unused by built-in tasks)
    """

    ABOUT: TaskInfo

    def load(self, seed: int, folder: Path | None = None) -> Split: ...  # noqa: D102


class TaskOfSpeakers(Task, Protocol):
    """A task that can hold out speakers by name.

    load_without  as `load`, the test part of the first and the valid part of the second of the speakers `held`; where
                  only one is named the seed chooses the other
    """

    def load_without(self, held: Sequence[str], seed: int, folder: Path | None = None) -> Split: ...  # noqa: D102


TASKS = Plugins("task", "search.data.tasks", "motifc.tasks")
"""All tasks: modules of search/data/tasks, and what other packages add."""


def task_names() -> tuple[str, ...]:
    """Names of all tasks; a '-' stands for each '_' of the module's name."""
    return TASKS.names


def task_in(data: str) -> str | None:
    """The task that `data` names, alone or with speakers to hold out, as in fsdd:george; None for all else."""
    name = data.partition(":")[0]
    return name if name in task_names() else None


def task_named(name: str) -> Task:
    """The task of that name; InputError when there is none."""
    if name not in task_names():
        raise InputError(unlike("task", name, task_names(), " or give the path of spikes of your own"))
    return cast(Task, TASKS.load(name))


def folder_of(name: str, given: Path | None = None) -> Path:
    """The folder with the files of the task `name`: `given`, or else $MOTIFC_DATA/NAME.

    Raises InputError when there is no such folder.
    """
    folder = sought_folder(name, given)
    if folder is not None and folder.is_dir():
        return folder
    about = task_named(name).ABOUT
    found = "no folder was given" if folder is None else f"{folder} is no folder"
    raise InputError(
        f"{name} needs {about.files}, and {found}; get it from {about.page} and give its folder as --data-dir, or set "
        f"MOTIFC_DATA to a folder that holds it as {name}."
    )


def sought_folder(name: str, given: Path | None = None) -> Path | None:
    """Where the files of the task `name` are looked for; None when nothing says where."""
    if given is not None:
        return given
    parent = os.environ.get("MOTIFC_DATA")
    return Path(parent) / name if parent else None


def labels_of(raster: SpikeRaster) -> Array:
    """The labels int32 [sample] of a raster that must have some; InputError when it has none."""
    if raster.labels is None:
        raise InputError("spikes without labels cannot be learned from; give one label per sample.")
    return raster.labels


def truth_of(raster: SpikeRaster) -> Array:
    """What is learned of each sample: its class int32 [sample], or the values to be told float64 [sample, value]."""
    return labels_of(raster) if raster.targets is None else raster.targets
