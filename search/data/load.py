"""load_split: a task by name, or a user's own spikes by path."""

import os
from dataclasses import replace
from pathlib import Path
from typing import cast

from search.data.own_data import own_split
from search.data.task import Split, TaskOfSpeakers, folder_of, task_in, task_named, task_names
from targets.contracts.errors import InputError


def load_split(data: str, folder: Path | None = None, seed: int = 0) -> Split:
    """The data `data`: a task, or else the path of a user's own spikes, which `own_split` reads.

    data    a task's name, which wins over a file of that name; a path is what ends in .npz, holds a separator or is
            there. Of a task that knows its speakers NAME:SPEAKER holds that one out for the test part, and
            NAME:SPEAKER,OTHER also the other for the valid part
    folder  folder of a task's files, for tasks that need some (see `search.data.task.folder_of`)
    seed    decides who goes into which part, where neither the data themselves nor named speakers do

    Raises InputError for an unknown name, for missing and for malformed data, for speakers that cannot be held out,
    and for a seed beyond 0 .. 2^32 - 1.
    """
    if not 0 <= seed < 1 << 32:
        raise InputError(f"seed {seed} is out of range; 0 to {(1 << 32) - 1} is allowed, so choose another.")
    name = task_in(data)
    if name is None and _is_path(data):
        return replace(own_split(Path(data), seed), data=data, seed=seed)
    task = task_named(name or data)
    files = None if task.ABOUT.built_in else folder_of(name or data, folder)
    if ":" in data:
        split = _of_speakers(data).load_without(data.partition(":")[2].split(","), seed, files)
    else:
        split = task.load(seed, files)
    return replace(split, data=data, folder="" if folder is None else str(folder), seed=seed)


def _of_speakers(data: str) -> TaskOfSpeakers:
    """The task that `data` names; InputError where it cannot hold out speakers by name."""
    name, _, held = data.partition(":")
    task = task_named(name)
    if not hasattr(task, "load_without"):
        able = ", ".join(each for each in task_names() if hasattr(task_named(each), "load_without"))
        raise InputError(
            f"{data!r} names {held!r} to hold out; {able} hold out speakers by name, so give {name} alone."
        )
    return cast(TaskOfSpeakers, task)


def _is_path(data: str) -> bool:
    return data.endswith(".npz") or os.sep in data or Path(data).exists()
