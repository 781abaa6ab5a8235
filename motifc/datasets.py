"""listing and examination: which data sets there are, and whether a user's copy of one is sane."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from search.data.copies import copies
from search.data.load import load_split
from search.data.task import Split, sought_folder, task_in, task_named, task_names
from targets.contracts.raster import SpikeRaster

_CHUNK = 256  # samples unpacked at once when spikes are counted


@dataclass(frozen=True)
class Listed:
    """A data set: what it needs, where that was looked for, and whether a folder is there."""

    name: str
    title: str
    licence: str
    built_in: bool
    needs: str
    sought: str
    found: bool
    page: str


@dataclass(frozen=True)
class Part:
    """Figures of one part of a split.

    `density` is spikes per step and neuron, `classes` those that occur, 0 where samples
    have values to be told, `silent` the samples without any spike.
    """

    samples: int
    steps: int
    neurons: int
    density: float
    classes: int
    silent: int


@dataclass(frozen=True)
class Examination:
    """What a data set holds beside what was published: samples by official part, empty where nothing was.

    `copies` are test samples equal to one that is trained on.
    """

    name: str
    digest: str
    classes: int
    parts: Mapping[str, Part]
    found: Mapping[str, int]
    published: Mapping[str, int]
    copies: int

    @property
    def equal(self) -> bool:
        """True unless a count differs from the published one."""
        return all(self.found[part] == count for part, count in self.published.items())

    def as_dict(self) -> dict[str, Any]:
        """All figures as JSON values."""
        return {**asdict(self), "equal": self.equal}


def listing() -> tuple[Listed, ...]:
    """Every data set, built in or not."""
    return tuple(_listed(name) for name in task_names())


def examination(data: str, folder: Path | None, seed: int) -> Examination:
    """Load the data set `data` (see `search.data.load.load_split`) and count what is in it.

    The valid part counts as train where no official valid part was published. Raises InputError where the data are
    missing or malformed.
    """
    split = load_split(data, folder, seed)
    parts = {"train": split.train, "valid": split.valid, "test": split.test}
    published = dict(task_named(task).ABOUT.published) if (task := task_in(data)) else {}
    return Examination(
        data,
        split.digest,
        split.classes,
        {name: _part(raster) for name, raster in parts.items()},
        _found(split, "valid" in published),
        published,
        copies(split),
    )


def _listed(name: str) -> Listed:
    about = task_named(name).ABOUT
    if about.built_in:
        return Listed(name, about.title, about.licence, True, "", "", True, "")
    folder = sought_folder(name)
    sought = "" if folder is None else str(folder)
    found = folder is not None and folder.is_dir()
    return Listed(name, about.title, about.licence, False, about.files, sought, found, about.page)


def _found(split: Split, valid_is_official: bool) -> dict[str, int]:
    found = {"train": split.train.samples, "valid": split.valid.samples, "test": split.test.samples}
    if not valid_is_official:
        found["train"] += found.pop("valid")
    return found


def _part(raster: SpikeRaster) -> Part:
    chunks = (raster.take(slice(start, start + _CHUNK)) for start in range(0, raster.samples, _CHUNK))
    spikes = np.concatenate([chunk.counts().sum(axis=1, dtype=np.int64) for chunk in chunks] or [np.zeros(0, np.int64)])
    bins = int(raster.lengths.sum(dtype=np.int64)) * raster.neurons
    classes = 0 if raster.labels is None else int(np.unique(raster.labels).size)
    silent = int(np.count_nonzero(spikes == 0))
    return Part(raster.samples, raster.steps, raster.neurons, int(spikes.sum()) / max(bins, 1), classes, silent)
