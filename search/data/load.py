"""load_split: a task by name, or a user's own spikes by path."""

import os
from dataclasses import replace
from pathlib import Path

from search.data.own_data import own_split
from search.data.task import Split, folder_of, task_named, task_names
from targets.contracts.errors import InputError


def load_split(data: str, folder: Path | None = None, seed: int = 0) -> Split:
    """The data `data`: a task, or else the path of a user's own spikes, which `own_split` reads.

    data    a task's name, which wins over a file of that name; a path is what ends in .npz, holds a separator or is
            there
    folder  folder of a task's files, for tasks that need some (see `search.data.task.folder_of`)
    seed    decides who goes into which part, where the data themselves do not

    Raises InputError for an unknown name, for missing and for malformed data, and for a seed beyond 0 .. 2^32 - 1.
    """
    if not 0 <= seed < 1 << 32:
        raise InputError(f"seed {seed} is out of range; 0 to {(1 << 32) - 1} is allowed, so choose another.")
    if data not in task_names() and _is_path(data):
        return replace(own_split(Path(data), seed), data=data, seed=seed)
    task = task_named(data)
    split = task.load(seed, None if task.ABOUT.built_in else folder_of(data, folder))
    return replace(split, data=data, folder="" if folder is None else str(folder), seed=seed)


def _is_path(data: str) -> bool:
    return data.endswith(".npz") or os.sep in data or Path(data).exists()
