"""Still images of the MNIST format as a task of simulated events, framed exactly as recorded N-MNIST is."""

import dataclasses
from pathlib import Path

import numpy as np

from search.data.cache import cached
from search.data.encoders.events import frames, raster_of
from search.data.encoders.saccade import CORNERS, SACCADE, SIDE, Sensor, saccade_events
from search.data.holdout import held_out
from search.data.readers.idx import image_files, read_images
from search.data.task import Split, folder_of, labels_of
from search.data.task_info import TaskInfo
from targets.contracts.arrays import Ints
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster

WINDOW = 10_000
BINS = 32
VALID = 1 / 5
PIXELS = 28


def simulated_split(
    name: str,
    about: TaskInfo,
    seed: int,
    folder: Path | None,
    train: int,
    test: int,
    window: int = WINDOW,
    bins: int = BINS,
) -> Split:
    """The split of `train` (valid among them) and `test` images as spikes [sample, bins, 2312], `window` us each.

    The same images are taken whatever the seed, chosen evenly from the official parts, so that a set is simulated once.
    Raises InputError for missing and damaged files and for fewer images than asked for.
    """
    folder = folder_of(name, folder)
    files = {"train": image_files(folder, "train", about), "test": image_files(folder, "t10k", about)}
    wanted = {"train": train, "test": test}
    recipe = {
        "version": 1,
        "images": wanted,
        "window": window,
        "bins": bins,
        "saccade": SACCADE,
        "corners": CORNERS,
        "sensor": dataclasses.asdict(Sensor()),
    }

    def simulate() -> dict[str, SpikeRaster]:
        return {part: _spikes(*files[part], wanted[part], about, window, bins) for part in files}

    spikes = cached(name, recipe, [file for pair in files.values() for file in pair], simulate)
    kept, held = held_out(labels_of(spikes["train"]), VALID, seed)
    return Split(spikes["train"].take(kept), spikes["train"].take(held), spikes["test"], about.classes)


def chosen(samples: int, wanted: int) -> Ints:
    """Indices of the images that are simulated: all, or a choice that is the same in every run, ascending."""
    return np.sort(np.random.default_rng(samples).permutation(samples)[:wanted]).astype(np.int32)


def _spikes(images_file: Path, labels_file: Path, wanted: int, about: TaskInfo, window: int, bins: int) -> SpikeRaster:
    images, labels = read_images(images_file, labels_file, PIXELS, PIXELS, about.classes)
    if not 0 < wanted <= len(images):
        raise InputError(
            f"{wanted:,} images of {images_file} are asked for; it holds {len(images):,}, so ask for less."
        )
    indices = chosen(len(images), wanted)
    sensor = (SIDE, SIDE, 2)
    return raster_of(
        (frames(events, sensor, bins, window, start=0) for events in saccade_events(images[indices])),
        labels[indices],
    )
