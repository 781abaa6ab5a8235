"""Gestures of a few people as DVS-Gesture has them on disk, cut by tonic and as published."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from tests.search.data.tasks.event_files import some_events, write_aedat

TRAINING, TESTING = range(1, 9), range(24, 26)


def cut(folder: Path, training: Iterable[int] = TRAINING, testing: Iterable[int] = TESTING) -> Path:
    """Two gestures of every person, as tonic unpacks them: times in milliseconds."""
    for part, people in (("Train", training), ("Test", testing)):
        for person in people:
            for label in (0, 10):
                events = some_events(20 * person + label, 300, 128, 128, span=2_000)
                path = folder / f"ibmGesture{part}" / f"user{person:02}_led" / f"{label}.npy"
                path.parent.mkdir(parents=True, exist_ok=True)
                np.save(path, np.stack([events[name] for name in ("x", "y", "p", "t")], axis=1).astype(float))
    return folder


def published(
    folder: Path, training: Iterable[int] = TRAINING, testing: Iterable[int] = TESTING, divisor: int = 1
) -> Path:
    """The same gestures as published: one file per person, gestures one after the other, in between unlabelled ones.

    All times are microseconds, divided by `divisor`.
    """
    folder.mkdir()
    for part, people in (("train", training), ("test", testing)):
        names = []
        for person in people:
            rows, whole = [], []
            for number, label in enumerate((0, 10)):
                events = some_events(20 * person + label, 300, 128, 128, span=2_000)
                events["t"] = 1_000 * events["t"] + 5_000_000 * (number + 1)
                between = some_events(0, 50, 128, 128, span=100_000)
                between["t"] += 5_000_000 * (number + 1) + 3_000_000
                events["t"], between["t"] = events["t"] // divisor, between["t"] // divisor
                rows.append(f"{label + 1},{events['t'].min()},{events['t'].max()}")
                whole += [events, between]
            path = folder / f"user{person:02}_led.aedat"
            write_aedat(path, [(1, 0, events) for events in whole])
            header = "class,startTime_usec,endTime_usec"
            path.with_name(f"{path.stem}_labels.csv").write_text("\n".join([header, *rows, ""]))
            names.append(path.name)
        (folder / f"trials_to_{part}.txt").write_text("\n".join([*names, ""]))
    return folder
