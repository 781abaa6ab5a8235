"""Spiking Heidelberg Digits: twenty spoken digits, English and German, through a model of the inner ear.

Data: B. Cramer, Y. Stradmann, J. Schemmel and F. Zenke, "The Heidelberg Spiking Data Sets for the Systematic Evaluation
of Spiking Neural Networks", IEEE Trans. Neural Netw. Learn. Syst. 33, 2022; CC BY 4.0. Files shd_train.h5 and
shd_test.h5, unpacked, in the folder or one level below it, as tonic stores them.

Transform: 700 channels as they are, steps of 10 ms from the start of the recording, cut after 140 steps (1.4 s).
Several spikes of a channel in one step count once.

Split: the official test part, made of two speakers who are not in the training file and a twentieth of all others. Of
the speakers in the training file one in five is the valid part, who by the seed; train is the rest.
"""

from collections.abc import Mapping
from pathlib import Path

from search.data.cache import cached
from search.data.readers.files import file_in
from search.data.readers.heidelberg import (
    CHANNELS,
    heidelberg_raster,
    heidelberg_recipe,
    heidelberg_speakers,
)
from search.data.speakers import speakers_held_out
from search.data.task import Split, folder_of
from search.data.task_info import TaskInfo
from targets.contracts.raster import SpikeRaster

CLASSES = 20
VALID_SHARE = 0.2

ABOUT = TaskInfo(
    title="Spiking Heidelberg Digits",
    licence="CC BY 4.0",
    classes=CLASSES,
    channels=CHANNELS,
    published={"train": 8156, "test": 2264},
    files="shd_train.h5 and shd_test.h5",
    page="Spiking Heidelberg Datasets, https://zenkelab.org/resources/spiking-heidelberg-datasets-shd/",
)


def load(seed: int, folder: Path | None = None) -> Split:
    """The recordings as spikes [sample, time <= 140, 700]; test is official, valid are speakers held out by `seed`."""
    folder = folder_of("shd", folder)
    files = {part: file_in(folder, f"shd_{part}.h5", ABOUT) for part in ("train", "test")}
    train, valid = speakers_held_out(heidelberg_speakers(files["train"]).tolist(), VALID_SHARE, seed)

    def make() -> Mapping[str, SpikeRaster]:
        return {part: heidelberg_raster(path, CLASSES) for part, path in files.items()}

    rasters = cached("shd", heidelberg_recipe(), list(files.values()), make)
    return Split(rasters["train"].take(train), rasters["train"].take(valid), rasters["test"], CLASSES, "cochlea")
