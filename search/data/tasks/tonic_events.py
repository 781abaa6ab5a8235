"""Any classification data set of tonic that is on disk, in tonic's layout and by tonic's reader.

    motifc search --data tonic-events --data-dir data      # data/POKERDVS as tonic.datasets.POKERDVS("data") left it

The folder holds one folder with the name of a class of `tonic.datasets`; nothing is downloaded. Needs tonic (GPL-3, in
the extra `data`). For other bins, transforms or sets of your own call `search.data.tonic_split.tonic_split` from
Python.

Encoding: 30 bins over each recording; pixels are joined by a whole factor until there are at most 2,500 channels.
Split: the parts that tonic has; what it does not (valid, or test too) is a fifth of the training part, every
class alike, chosen by the seed.
"""

import importlib
import inspect
from pathlib import Path
from typing import Any

from search.data.cache import cached
from search.data.encoders.events import SensorSize
from search.data.own_events import BINS, joined
from search.data.readers.files import missing, visible
from search.data.task import Split, folder_of
from search.data.task_info import TaskInfo
from search.data.tonic_split import Dataset, completed, labelled
from targets.contracts.errors import InputError

ABOUT = TaskInfo(
    title="a data set of tonic",
    licence="that of the set",
    classes=0,
    channels=0,
    files="one folder with the name of a class of tonic.datasets, such as POKERDVS, as tonic unpacked it",
    page="tonic, https://tonic.readthedocs.io",
)


def load(seed: int, folder: Path | None = None) -> Split:
    """The set as spikes [sample, 30, neuron]; InputError where tonic or a file is missing and for damaged files."""
    folder = folder_of("tonic-events", folder)
    tonic = _tonic()
    found = [path for path in visible(folder) if path.is_dir() and hasattr(tonic.datasets, path.name)]
    if len(found) != 1:
        raise missing(folder, "single folder of tonic's" if found else "folder of tonic's", ABOUT)
    (root,) = found
    parts = _parts(tonic, root)
    sensor = _sensor(next(iter(parts.values())), root.name)
    factor = joined(sensor)
    spikes = cached(
        "tonic-events",
        {"version": 2, "tonic": tonic.__version__, "set": root.name, "bins": BINS, "factor": factor},
        [path for path in visible(root, "**/*") if path.is_file()],
        lambda: labelled(parts, sensor, BINS, None, factor),
    )
    return completed(spikes, seed)


def _tonic() -> Any:
    try:
        importlib.import_module("tonic.datasets")
        return importlib.import_module("tonic")
    except ImportError:
        raise InputError(
            'tonic-events needs the package tonic, which is not installed; install it with pip install "motifc[data]".'
        ) from None


def _parts(tonic: Any, root: Path) -> dict[str, Dataset]:
    """The parts that tonic has, by its names for them."""
    given = getattr(tonic.datasets, root.name)

    def refused(self: object) -> None:
        raise missing(root, f"complete copy of {root.name}", ABOUT)

    offline = type(root.name, (given,), {"download": refused})  # tonic finds its folder by the name of the class
    known = inspect.signature(given.__init__).parameters
    if "train" in known:
        choices: dict[str, dict[str, Any]] = {"train": {"train": True}, "test": {"train": False}}
    elif "split" in known:
        choices = {part: {"split": part} for part in ("train", "valid", "test")}
    else:
        choices = {"train": {}}
    return {part: offline(str(root.parent), **choice) for part, choice in choices.items()}


def _sensor(dataset: object, name: str) -> SensorSize:
    size = getattr(dataset, "sensor_size", None)
    if size is None or len(size) != 3:
        raise InputError(
            f"tonic's {name} has no sensor_size of width, height and polarities; take tonic_split from Python with "
            "the size of its sensor."
        )
    width, height, polarities = (int(each) for each in size)
    return width, height, polarities
