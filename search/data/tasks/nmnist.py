"""N-MNIST: MNIST's digits on a screen, recorded by an event camera during three saccades.

G. Orchard, A. Jayawant, G. Cohen and N. Thakor, "Converting Static Image Datasets to Spiking Neuromorphic Datasets
Using Saccades", Front. Neurosci. 9:437, 2015. Read are the unpacked recordings, whether unpacked by hand or by tonic
(then in a folder NMNIST); the events are the ones tonic gives, to the bit.

Encoding: 34 x 34 pixels and two polarities, neuron = (p * 34 + y) * 34 + x with p = 0 darker and p = 1 brighter; bins
of 10 ms from time 0, of which 32 hold the three saccades (315 ms); several events in one bin count once. Nothing is
stabilized or denoised.

Split: the official test part is the test part; valid is a sixth of the official training part, every class alike,
chosen by the seed (50,000 and 10,000 of the full set). Packed, the full set takes 650 MB.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from search.data.cache import cached
from search.data.encoders.events import frames, raster_of
from search.data.holdout import held_out
from search.data.readers.aer import read_recording
from search.data.readers.event_file import check_span
from search.data.readers.files import missing, visible
from search.data.task import Split, folder_of, labels_of
from search.data.task_info import TaskInfo
from targets.contracts.arrays import Array
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster

SENSOR = (34, 34, 2)
CLASSES = 10
WINDOW = 10_000
BINS = 32
VALID = 1 / 6
SHORTEST, LONGEST = 10_000, 10_000_000
"""Microseconds of a recording; the real ones last 0.3 s."""

ABOUT = TaskInfo(
    title="N-MNIST, recorded digits",
    licence="CC BY-SA 4.0",
    classes=CLASSES,
    channels=34 * 34 * 2,
    published={"train": 60_000, "test": 10_000},
    files="the folders Train and Test of N-MNIST, each with the folders 0 to 9 full of .bin files",
    page="N-MNIST, https://www.garrickorchard.com/datasets/n-mnist",
)


def load(seed: int, folder: Path | None = None) -> Split:
    """N-MNIST as spikes [sample, 32, 2312]; InputError for missing and damaged files."""
    folder = folder_of("nmnist", folder)
    parts = {part: _recordings(folder, part) for part in ("Train", "Test")}
    spikes = cached(
        "nmnist",
        {"version": 1, "window": WINDOW, "bins": BINS},
        [path for paths in parts.values() for path in paths],
        lambda: {part: _spikes(paths) for part, paths in parts.items()},
    )
    kept, held = held_out(labels_of(spikes["Train"]), VALID, seed)
    return Split(spikes["Train"].take(kept), spikes["Train"].take(held), spikes["Test"], CLASSES)


def _recordings(folder: Path, part: str) -> list[Path]:
    """The files of a part, digit by digit and by name, as tonic orders them."""
    tonic = folder / "NMNIST" / part
    folder = tonic if tonic.is_dir() else folder / part
    paths = [path for digit in range(CLASSES) for path in visible(folder / str(digit), "*.bin")]
    if not paths:
        raise missing(folder, "recording 0/*.bin to 9/*.bin", ABOUT)
    return paths


def _spikes(paths: Sequence[Path]) -> SpikeRaster:
    return raster_of(
        (frames(_events(path), SENSOR, BINS, WINDOW, start=0, source=path) for path in paths),
        np.array([int(path.parent.name) for path in paths]),
    )


def _events(path: Path) -> Array:
    events = read_recording(path)
    if not events.size:
        raise InputError(f"{path} holds no event; a recording has thousands, so unpack it again.")
    check_span(path, int(events["t"].min()), int(events["t"].max()), SHORTEST, LONGEST, "a recording of N-MNIST")
    return events
