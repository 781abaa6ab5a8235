"""Handwritten digits seen by a small event retina.

Data: the 1,797 real 8 x 8 digits that come with scikit-learn (E. Alpaydin and C. Kaynak, "Optical Recognition of
Handwritten Digits", UCI Machine Learning Repository, 1998), ten classes, nothing to download.

Transform, the same for every picture and free of chance:
1. grey values 0..16 become 0..1, on a dark field of 10 x 10 pixels (one pixel of margin);
2. in 40 steps the picture walks once around a closed triangle of 1.5 pixels, shifted bilinearly;
3. a pixel whose value has moved 0.15 from its reference gives one ON or OFF event and its reference moves along by
   0.15; the reference starts at the first position, so nothing flashes at the onset;
4. 200 channels: 100 ON pixels row by row, then 100 OFF pixels.
About 345 events per picture. Their counts alone carry less than their times: a linear classifier on the 200 counts
stays several points below a recurrent network.

Split: 862 train, 575 valid, 360 test pictures, stratified by class; the seed decides who goes where.
"""

from importlib.util import find_spec
from pathlib import Path

import numpy as np

from search.data.encoders.retina import retina_events, triangular_path
from search.data.holdout import drawn_apart
from search.data.task import Split
from search.data.task_info import TaskInfo
from targets.contracts.arrays import Array, Ints
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster

CLASSES = 10
STEPS = 40
AMPLITUDE = 1.5
MARGIN = 1
THRESHOLD = 0.15
GREY_LEVELS = 16
VALID, TEST = 575, 360

ABOUT = TaskInfo(
    title="Optical Recognition of Handwritten Digits, seen by an event retina",
    licence="CC BY 4.0",
    classes=CLASSES,
    channels=200,
    published={"train": 1437, "test": 360},
)


def load(seed: int, folder: Path | None = None) -> Split:
    """The digits as spikes [sample, 40, 200], split by `seed` (0 .. 2^32 - 1); they are built in, without a folder."""
    images, labels = pictures()
    return split_of(retina_events(images, triangular_path(STEPS, AMPLITUDE), MARGIN, THRESHOLD), labels, seed)


def split_of(spikes: Array, labels: Ints, seed: int, window: int = 0) -> Split:
    """Spikes [picture, time, neuron] of all pictures, split by `seed`; the answer counts in the last `window` steps."""
    if not 0 <= seed < 2**32:
        raise InputError(f"seed {seed} is out of range; 0 to {2**32 - 1} is allowed, so choose another.")
    raster = SpikeRaster.pack(spikes, labels=labels)
    train, valid, test = _parts(labels, seed)
    return Split(raster.take(train), raster.take(valid), raster.take(test), CLASSES, "pixels", window=window)


def pictures() -> tuple[Array, Ints]:
    """Grey values 0..1 [picture, 8, 8] and labels [picture], from the file that lies in scikit-learn.

    The file is read by itself: importing scikit-learn for it takes a second.
    """
    package = find_spec("sklearn")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("No module named 'sklearn'", name="sklearn")
    table = np.loadtxt(Path(package.origin).parent / "datasets" / "data" / "digits.csv.gz", delimiter=",")
    return table[:, :-1].reshape(-1, 8, 8) / GREY_LEVELS, table[:, -1].astype(np.int64)


def _parts(labels: Ints, seed: int) -> tuple[Ints, Ints, Ints]:
    """Indices of the train, valid and test pictures, every class shared out evenly."""
    rest, test = drawn_apart(labels, TEST, seed)
    train, valid = drawn_apart(labels[rest], VALID, seed)
    return rest[train], rest[valid], test
