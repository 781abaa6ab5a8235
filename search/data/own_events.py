"""A user's own recordings of an event camera as spikes: files of events, sorted into a folder per class.

    mine/left/a.aedat4    mine/right/b.aedat4

or split already, where valid and test may be absent:

    mine/train/left/a.raw    mine/valid/left/c.raw    mine/test/right/d.raw

Read is whatever `search.data.readers.event_file` knows; a name that begins with a dot is left alone. Classes are the
folders in order of their names, numbers in order of their value. Encoding: BINS bins over each recording; pixels are
joined by a whole factor until there are at most CHANNELS channels, neuron = (p * height + y) * width + x. The sensor is
the one that the files name, and of files that name none the smallest that holds all events.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from search.data.cache import cached
from search.data.encoders.events import SensorSize, downsampled, downsampled_sensor, frames, raster_of
from search.data.readers.event_file import ENDINGS, read_events
from search.data.readers.files import visible
from targets.contracts.arrays import Array
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster

BINS = 30
CHANNELS = 2_500
_PARTS = ("train", "valid", "test")


@dataclass(frozen=True)
class _Labelled:
    path: Path
    label: int


def holds_events(path: Path) -> bool:
    """Whether `path` is a file of events or a folder with such files in its folders."""
    if path.is_dir():
        return not _files(path, "*.npz") and any(_ends(file) for file in visible(path, "*/*") + visible(path, "*/*/*"))
    return _ends(path)


def event_parts(path: Path) -> dict[str, SpikeRaster]:
    """The parts of a folder of recordings, "train" and whichever of "valid" and "test" there are, with labels.

    Raises InputError for a single file, for files that lie outside the folders of classes or are no recordings, for
    classes of one part that the training part lacks, and for whatever `read_events` does.
    """
    if not path.is_dir():
        raise InputError(
            f"{path} is one recording without a class; a folder with a folder per class is needed, such as "
            f"mine/left/{path.name}, so sort your recordings."
        )
    parts = _parts(path)
    files = [each.path for found in parts.values() for each in found]
    recipe: dict[str, object] = {"version": 1, "bins": BINS, "channels": CHANNELS}
    spikes = cached("own-events", recipe, files, lambda: _encoded(parts))
    return {name: spikes[name] for name in parts}


def joined(sensor: SensorSize) -> int:
    """The smallest whole factor by which pixels are joined that leaves at most CHANNELS channels."""
    factor = 1
    while True:
        width, height, polarities = downsampled_sensor(sensor, factor)
        if width * height * polarities <= CHANNELS:
            return factor
        factor += 1


def _parts(path: Path) -> dict[str, list[_Labelled]]:
    loose = [file for file in _files(path, "*") if _ends(file)]
    if loose:
        raise InputError(
            f"{path} holds the recording {loose[0].name} beside its folders; each needs the folder of its class, so "
            "move it into one."
        )
    folders = {folder.name: folder for folder in visible(path) if folder.is_dir()}
    split = {folder.lower(): place for folder, place in folders.items() if folder.lower() in _PARTS}
    if not split:
        return {"train": _labelled(path, _classes(path))}
    if len(split) < len(folders) or "train" not in split:
        raise InputError(
            f"{path} holds the folders {', '.join(folders)}; either train with valid and test if you have them is "
            "allowed, or folders of classes only, so rename them."
        )
    classes = _classes(split["train"])
    return {name: _labelled(split[name], classes) for name in _PARTS if name in split}


def _classes(folder: Path) -> list[str]:
    """Names of the classes; numbers, where all are, in order of their value."""
    names = [place.name for place in visible(folder) if place.is_dir()]
    return sorted(names, key=int) if all(name.isdecimal() for name in names) else names


def _labelled(folder: Path, classes: Sequence[str]) -> list[_Labelled]:
    found = []
    for place in sorted(place for place in visible(folder) if place.is_dir()):
        if place.name not in classes:
            raise InputError(
                f"{place} is of a class that the training part lacks; its classes are {', '.join(classes)}, so add "
                "recordings of it there or take it away."
            )
        for file in _files(place, "*"):
            if not _ends(file):
                raise InputError(
                    f"{file} is no recording by its name; {', '.join(ENDINGS)} can be read in a folder of a class, so "
                    "rename it or take it away."
                )
            found.append(_Labelled(file, classes.index(place.name)))
    if not found:
        raise InputError(f"{folder} holds no recording in the folders of its classes, so put some there.")
    return found


def _encoded(parts: Mapping[str, Sequence[_Labelled]]) -> dict[str, SpikeRaster]:
    sensor = _sensor([each.path for found in parts.values() for each in found])
    factor = joined(sensor)
    coarse = downsampled_sensor(sensor, factor)

    def spikes(found: Sequence[_Labelled]) -> Iterator[Array]:
        for each in found:
            yield frames(downsampled(read_events(each.path).events, factor), coarse, BINS, source=each.path)

    return {name: raster_of(spikes(found), [each.label for each in found]) for name, found in parts.items()}


def _sensor(files: Sequence[Path]) -> SensorSize:
    """The sensor of all files; InputError where they name several."""
    named: dict[tuple[int, int], Path] = {}
    largest = (1, 1)
    for file in files:
        recording = read_events(file)
        if recording.sensor:
            named.setdefault(recording.sensor, file)
        seen = (1 + int(np.max(recording.events["x"])), 1 + int(np.max(recording.events["y"])))
        largest = max(largest[0], seen[0]), max(largest[1], seen[1])
    if len(named) > 1:
        (one, first), (other, second) = list(named.items())[:2]
        raise InputError(
            f"{first} is of a sensor of {one[0]} x {one[1]} pixels and {second} of {other[0]} x {other[1]}; one sensor "
            "for all is needed, so keep the recordings of one camera."
        )
    width, height = next(iter(named), largest)
    if width < largest[0] or height < largest[1]:
        raise InputError(
            f"{next(iter(named.values()))} is of a sensor of {width} x {height} pixels, but other recordings reach "
            f"{largest[0]} x {largest[1]}; one sensor for all is needed, so keep the recordings of one camera."
        )
    return width, height, 2


def _files(folder: Path, pattern: str) -> list[Path]:
    return [file for file in visible(folder, pattern) if file.is_file()]


def _ends(path: Path) -> bool:
    return path.suffix.lower() in ENDINGS
