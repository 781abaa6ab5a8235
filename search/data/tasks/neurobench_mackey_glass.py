"""NeuroBench's Mackey-Glass: the series of the benchmark itself, from its file; else as mackey-glass.

Data: mg_17.npy of https://huggingface.co/datasets/NeuroBench/mackey_glass, float [point], of which the harness (2.3.0)
takes the first 1,501 points with start_offset 0. Encoding and split: `search.data.tasks.mackey_glass`.
"""

from pathlib import Path

import numpy as np

from search.data.task import Split, folder_of
from search.data.task_info import TaskInfo
from search.data.tasks.mackey_glass import LEVELS, NEEDED, SEEN, TEST, TRAIN, split_of
from targets.contracts.arrays import Floats
from targets.contracts.artefact import check_readable
from targets.contracts.errors import InputError

FILE = "mg_17.npy"

ABOUT = TaskInfo(
    title="Mackey-Glass of NeuroBench, tau 17",
    licence="Apache-2.0",
    classes=0,
    values=1,
    channels=LEVELS,
    published={"train": TRAIN - SEEN + 1, "test": TEST},
    files=FILE,
    page="https://huggingface.co/datasets/NeuroBench/mackey_glass",
)


def load(seed: int, folder: Path | None = None) -> Split:
    """Spikes [sample, 18, 32] with the next point as target [sample, 1]; the seed is of no use."""
    return split_of(_series(folder_of("neurobench-mackey-glass", folder) / FILE))


def _series(path: Path) -> Floats:
    """The points of a .npy, float64 [point]; InputError where they are not as many finite numbers as are needed."""
    check_readable(path, "a .npy file with the series")
    try:
        held = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise InputError(f"{path} is no readable .npy file ({error}); get it again from {ABOUT.page}.") from None
    if not isinstance(held, np.ndarray) or held.dtype.kind != "f":
        raise InputError(f"{path} holds no array of floats; the file of {ABOUT.page} does, so get it again.")
    series = held.reshape(-1)[:NEEDED].astype(np.float64)
    if held.size != max(held.shape, default=0) or series.size < NEEDED or not np.isfinite(series).all():
        raise InputError(
            f"{path} holds {held.dtype} of shape {held.shape}; at least {NEEDED:,} finite points one after the other "
            f"are needed, so get it again from {ABOUT.page}."
        )
    return series
