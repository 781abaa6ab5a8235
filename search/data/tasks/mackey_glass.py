"""Mackey-Glass: the next point of a chaotic series, from those before it; the answer is a number and no class.

Data: the series of `search.data.series`, integrated here with the equation, delay, spacing and lengths of the task of
NeuroBench (J. Yik et al., Nature Communications 16:1545, 2025): 75 points per Lyapunov time of 197, ten of these times
to train and ten to test. NeuroBench integrates with jitcdde, whose last digits are others, and the series is chaotic:
figures on this task are not NeuroBench's. Those on its own files are: the task neurobench-mackey-glass.

Encoding (`search.data.encoders.levels`): two steps for each of the last 8 points, which reach back beyond the delay of
the equation, in each the spikes of those of 32 neurons whose level between 0.2 and 1.4 the point reaches; then two
silent steps, so that the last point is heard. 32 channels, 18 steps, about 300 spikes per sample.

Split: in the order of time, whatever the seed. Of the 750 points to train the last 150 are those whose successors the
valid part asks for; the test part asks for the successors of the 750 points to test.
"""

from pathlib import Path

import numpy as np

from search.data.encoders.levels import level_spikes
from search.data.series import POINTS, mackey_glass
from search.data.task import Split
from search.data.task_info import TaskInfo
from targets.contracts.arrays import Floats
from targets.contracts.raster import SpikeRaster

TRAIN, TEST = 10 * POINTS, 10 * POINTS
"""Points of each part."""
NEEDED = TRAIN + TEST + 1
"""One more, the successor of the last."""
VALID = TRAIN // 5
SEEN, REPEAT, SILENT = 8, 2, 2
LOW, HIGH, LEVELS = 0.2, 1.4, 32

ABOUT = TaskInfo(
    title="Mackey-Glass, the next of 75 points per Lyapunov time, integrated here",
    licence="none needed: the equation is public",
    classes=0,
    values=1,
    channels=LEVELS,
    published={"train": TRAIN - SEEN + 1, "test": TEST},
)


def load(seed: int, folder: Path | None = None) -> Split:
    """Spikes [sample, 18, 32] with the next point as target [sample, 1]; neither seed nor folder is of use."""
    return split_of(mackey_glass(NEEDED))


def split_of(series: Floats) -> Split:
    """The split of a series of at least `NEEDED` points, float64 [point]."""
    parts = (SEEN - 1, TRAIN - VALID), (TRAIN - VALID, TRAIN), (TRAIN, TRAIN + TEST)
    train, valid, test = (_part(series, *ends) for ends in parts)
    return Split(train, valid, test, classes=1, input="levels", by="value")


def _part(series: Floats, first: int, end: int) -> SpikeRaster:
    """The samples whose last point is `first` to `end` - 1."""
    seen = np.lib.stride_tricks.sliding_window_view(series, SEEN)[first - SEEN + 1 : end - SEEN + 1]
    spikes = level_spikes(seen, LOW, HIGH, LEVELS, REPEAT)
    return SpikeRaster.pack(np.pad(spikes, ((0, 0), (0, SILENT), (0, 0))), targets=series[first + 1 : end + 1])
