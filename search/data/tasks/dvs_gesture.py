"""DVS-Gesture: eleven hand and arm gestures of 29 people, seen by an event camera.

A. Amir et al., "A Low Power, Fully Event-Based Gesture Recognition System", CVPR 2017. Two layouts are read:

1. as tonic unpacks it, cut into gestures with times in milliseconds (1,077 train and 264 test samples):
   `ibmGestureTrain/userNN_LIGHT/LABEL.npy` and `ibmGestureTest/...`, arrays [event, (x, y, p, t)], LABEL 0 to 10;
2. as published, one AEDAT 3.1 file per person and light (1,176 train and 288 test gestures):
   `userNN_LIGHT.aedat`, `userNN_LIGHT_labels.csv` (class 1 to 11, start and end in microseconds) and the lists
   `trials_to_train.txt` and `trials_to_test.txt`.

The two differ: layout 1 has one sample per class and file, layout 2 all of them. Encoding (as W. He et al., Neural
Networks 132, 2020): every 4 x 4 pixels become one, so 32 x 32 and two polarities, neuron = (p * 32 + y) * 32 + x; 60
bins of 25 ms from the gesture's first event, so its first 1.5 s.

Split: the official test people (24 to 29) are the test part; valid are 4 of the 23 training people (that
share of fewer), drawn by the seed, so nobody is in two parts.
"""

import csv
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np

from search.data.cache import cached
from search.data.encoders.events import EVENT_DTYPE, cropped, downsampled, downsampled_sensor, frames, raster_of
from search.data.readers.aedat3 import read_aedat3
from search.data.readers.event_file import check_span
from search.data.readers.files import missing, visible
from search.data.speakers import speakers_held_out
from search.data.task import Split, folder_of
from search.data.task_info import TaskInfo
from targets.contracts.arrays import Array
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster

FACTOR = 4
SENSOR = downsampled_sensor((128, 128, 2), FACTOR)
CLASSES = 11
WINDOW = 25_000
BINS = 60
VALID = 4 / 23
SHORTEST, LONGEST = 100_000, 100_000_000
"""Microseconds of a gesture; the real ones last 1 to 20 s."""
_LAST = {"x": 127, "y": 127, "p": 1, "t": 1 << 40}
"""The columns of layout 1 and the most they hold; t in milliseconds."""

ABOUT = TaskInfo(
    title="DVS128 Gesture",
    licence="CC BY 4.0",
    classes=CLASSES,
    channels=32 * 32 * 2,
    published={"train": 1_077, "test": 264},
    files="either the folders ibmGestureTrain and ibmGestureTest as tonic unpacks them or the published .aedat files "
    "with their labels and lists",
    page="DVS128 Gesture Dataset, https://research.ibm.com/interactive/dvsgesture",
)


@dataclass(frozen=True)
class Gesture:
    """One sample: its file, who made it, its label 0..10 and, in a file of many, from when to when, microseconds."""

    path: Path
    person: int
    label: int
    span: tuple[int, int] | None = None


def load(seed: int, folder: Path | None = None) -> Split:
    """DVS-Gesture as spikes [sample, 60, 2048]; InputError for missing and damaged files."""
    folder = folder_of("dvs-gesture", folder)
    parts = {"train": _gestures(folder, "train"), "test": _gestures(folder, "test")}
    spans = [[gesture.span, gesture.label] for part in parts.values() for gesture in part]
    spikes = cached(
        "dvs-gesture",
        {"version": 1, "factor": FACTOR, "window": WINDOW, "bins": BINS, "spans": spans},
        [gesture.path for part in parts.values() for gesture in part],
        lambda: {part: _spikes(gestures) for part, gestures in parts.items()},
    )
    people = [gesture.person for gesture in parts["train"]]
    if len(set(people)) < 2:
        raise InputError(
            f"{folder} holds training gestures of one person; at least 2 are needed to hold one out, so unpack all of "
            "it."
        )
    kept, held = speakers_held_out(people, VALID, seed)
    return Split(spikes["train"].take(kept), spikes["train"].take(held), spikes["test"], CLASSES)


def _gestures(folder: Path, part: str) -> list[Gesture]:
    for root in (folder / "DVSGesture", folder / "DvsGesture", folder):
        cut = root / f"ibmGesture{part.title()}"
        if cut.is_dir():
            found = [_cut_gesture(path) for path in visible(cut, "*/*.npy")]
        elif (root / f"trials_to_{part}.txt").is_file():
            found = list(listed_gestures(root, root / f"trials_to_{part}.txt"))
        else:
            continue
        if found:
            return found
    raise missing(folder, f"{part} gestures", ABOUT)


def _cut_gesture(path: Path) -> Gesture:
    if not path.stem.isdecimal() or int(path.stem) >= CLASSES:
        raise InputError(f"{path} is wrongly named; the name is the class, 0.npy to {CLASSES - 1}.npy, so rename it.")
    return Gesture(path, _person(path.parent.name, path), int(path.stem))


def listed_gestures(root: Path, listed: Path) -> Iterator[Gesture]:
    """The gestures of the files in `root` that the list names, as their labels say; InputError for damaged lists."""
    for name in _text(listed).split():
        path = root / name
        if path.parent != root or path.name != name:
            raise InputError(
                f"{listed} names {name!r}; names of files beside it, such as user01_led.aedat, are allowed, so get it "
                "again."
            )
        labels = path.with_name(f"{path.stem}_labels.csv")
        for row in _rows(labels):
            try:
                label = int(row["class"])
                span = int(row["startTime_usec"]), int(row["endTime_usec"])
            except (KeyError, TypeError, ValueError):
                raise InputError(
                    f"{labels} has the row {','.join(map(str, row.values()))}; class, startTime_usec and endTime_usec "
                    "as whole numbers are needed, so get it again."
                ) from None
            if not 1 <= label <= CLASSES:
                raise InputError(f"{labels} has the class {label}; 1 to {CLASSES} are allowed, so get it again.")
            yield Gesture(path, _person(path.stem, path), label - 1, span)


def _rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a csv file with a heading."""
    try:
        return list(csv.DictReader(_text(path).splitlines()))
    except csv.Error as error:
        raise InputError(f"{path} is no readable csv file ({error}); get it again.") from None


def _person(name: str, path: Path) -> int:
    number = name.partition("_")[0].removeprefix("user")
    if not number.isdecimal():
        raise InputError(f"{path} is of {name!r}; userNN_LIGHT, such as user01_led, is needed, so rename it.")
    return int(number)


def _spikes(gestures: Sequence[Gesture]) -> SpikeRaster:
    return raster_of(
        (frames(downsampled(events, FACTOR), SENSOR, BINS, WINDOW, source=path) for path, events in _events(gestures)),
        np.array([gesture.label for gesture in gestures]),
    )


def _events(gestures: Sequence[Gesture]) -> Iterator[tuple[Path, Array]]:
    path, whole = None, np.empty(0, EVENT_DTYPE)
    for gesture in gestures:
        if gesture.path != path:  # the gestures of one AEDAT file come one after the other
            path = gesture.path
            whole = read_cut(path) if gesture.span is None else read_aedat3(path).events
        events = whole if gesture.span is None else cropped(whole, *gesture.span)
        if not events.size:
            raise InputError(
                f"{path} holds no event of the gesture {gesture.label + 1}, from {gesture.span} microseconds; each "
                "gesture has thousands, so get the file and its labels again."
            )
        check_span(path, int(events["t"].min()), int(events["t"].max()), SHORTEST, LONGEST, "a gesture")
        yield path, events


def read_cut(path: Path) -> Array:
    """The events of a gesture of layout 1, with times in microseconds; InputError for a damaged file."""
    try:
        with warnings.catch_warnings(action="ignore"):  # that Python 2 wrote it
            columns = np.load(path, mmap_mode="r", allow_pickle=False)  # so that a false header takes no memory
        if columns.ndim != 2 or columns.shape[1] != 4 or not len(columns):
            raise ValueError(f"an array of shape {columns.shape}")
        events = np.empty(len(columns), EVENT_DTYPE)
        for number, (name, last) in enumerate(_LAST.items()):
            if columns.dtype.kind not in "buif":
                raise ValueError(f"numbers of type {columns.dtype}")
            column = columns[:, number].astype(np.float64)
            if not (column.min() >= 0 and column.max() <= last):
                raise ValueError(f"{name} from {column.min()} to {column.max()}, where 0 to {last:,} are allowed")
            events[name] = np.round(column * (1_000 if name == "t" else 1))
    except (OSError, ValueError, EOFError, SyntaxError, TokenError, MemoryError) as error:
        raise InputError(
            f"{path} is no readable gesture ({str(error).splitlines()[0]}); an .npy array [event, (x, y, p, t)] is "
            "needed, so unpack it again."
        ) from None
    return events


def _text(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8")
        if not all(each.isprintable() or each in "\r\n\t" for each in text):
            raise ValueError("it holds characters that are no text")
        return text
    except (OSError, ValueError) as error:
        raise InputError(
            f"{path} cannot be read ({error}); it is part of DVS-Gesture, so get it from {ABOUT.page}."
        ) from None
