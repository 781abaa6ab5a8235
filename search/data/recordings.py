"""recordings_split: data that fit no file as a task, through a protocol of one small class.

class Mine:
    def __len__(self): ...                # number of recordings
    def __getitem__(self, index): ...     # (spikes 0 or 1 [time, neuron], class 0, 1, 2, ...)

network = search(recordings_split(Mine(), seed=0), Settings(), seed=0)
"""

from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np

from search.data.encoders.events import raster_of
from search.data.own_data import shared_out
from search.data.pairs import pairs
from search.data.task import Split
from targets.contracts.arrays import Array
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster


class Recordings(Protocol):
    """Recordings by number: (spikes 0 or 1 [time, neuron], class); they may differ in time, not in neurons."""

    def __len__(self) -> int: ...
    def __getitem__(self, index: int, /) -> tuple[Any, Any]: ...


def recordings_split(
    train: Recordings, seed: int, valid: Recordings | None = None, test: Recordings | None = None
) -> Split:
    """A split of recordings, each read once and in order.

    Where `valid` or `test` is not given, 20 % of `train`, every class alike, are taken for it, chosen by `seed`.
    Raises InputError for spikes other than 0 and 1, classes that are no whole numbers or leave a gap, widths that
    differ, and items that are no pair of an array and a class.
    """
    given = {"train": train, "valid": valid, "test": test}
    return shared_out({name: _raster(name, part) for name, part in given.items() if part is not None}, "the data", seed)


def _raster(part: str, recordings: Recordings) -> SpikeRaster:
    labels: list[Any] = []

    def spikes() -> Iterator[Array]:
        for source, one, label in pairs(recordings, part, "recording"):
            labels.append(label)
            yield _binary(one, source)

    unlabelled = raster_of(spikes())
    return SpikeRaster(unlabelled.packed, unlabelled.neurons, unlabelled.lengths, np.asarray(labels))


def _binary(spikes: Array, source: str) -> Array:
    if spikes.ndim != 2 or spikes.dtype.kind not in "buif":
        raise InputError(
            f"{source} is {spikes.dtype} of shape {spikes.shape}; 0 and 1 [time, neuron] are needed, so convert it."
        )
    if not ((spikes == 0) | (spikes == 1)).all():
        raise InputError(f"{source} holds values other than 0 and 1; only binary spikes are allowed, so binarize them.")
    return spikes.astype(bool)
