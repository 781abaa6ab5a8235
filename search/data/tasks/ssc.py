"""Spiking Speech Commands: thirty-five spoken words through a model of the inner ear.

Data: B. Cramer, Y. Stradmann, J. Schemmel and F. Zenke, "The Heidelberg Spiking Data Sets for the Systematic Evaluation
of Spiking Neural Networks", IEEE Trans. Neural Netw. Learn. Syst. 33, 2022; CC BY 4.0. Files ssc_train.h5,
ssc_valid.h5 and ssc_test.h5, unpacked, in the folder or one level below it, as tonic stores them.

Transform: 700 channels as they are, steps of 10 ms from the start of the recording, cut after 140 steps (1.4 s).
Several spikes of a channel in one step count once.

Split: all three parts are official, each with speakers of its own; the seed changes nothing.
"""

from collections.abc import Mapping
from pathlib import Path

from search.data.cache import cached
from search.data.readers.files import file_in
from search.data.readers.heidelberg import CHANNELS, heidelberg_raster, heidelberg_recipe
from search.data.task import Split, folder_of
from search.data.task_info import TaskInfo
from targets.contracts.raster import SpikeRaster

CLASSES = 35

ABOUT = TaskInfo(
    title="Spiking Speech Commands",
    licence="CC BY 4.0",
    classes=CLASSES,
    channels=CHANNELS,
    published={"train": 75466, "valid": 9981, "test": 20382},
    files="ssc_train.h5, ssc_valid.h5 and ssc_test.h5",
    page="Spiking Heidelberg Datasets, https://zenkelab.org/resources/spiking-heidelberg-datasets-shd/",
)


def load(seed: int, folder: Path | None = None) -> Split:
    """The recordings as spikes [sample, time <= 140, 700] in the official parts."""
    folder = folder_of("ssc", folder)
    files = {part: file_in(folder, f"ssc_{part}.h5", ABOUT) for part in ("train", "valid", "test")}

    def make() -> Mapping[str, SpikeRaster]:
        return {part: heidelberg_raster(path, CLASSES) for part, path in files.items()}

    rasters = cached("ssc", heidelberg_recipe(), list(files.values()), make)
    return Split(rasters["train"], rasters["valid"], rasters["test"], CLASSES, "cochlea")
