"""samples: the spikes a command works on, from a file, a task or a user's own data."""

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from targets.contracts.errors import InputError
from targets.contracts.ports import Readout
from targets.contracts.raster import SpikeRaster, load_spikes, unused_told


def samples(
    file: Path | None,
    data: str | None,
    seed: int = 0,
    limit: int | None = None,
    folder: Path | None = None,
    readout: Readout | None = None,
) -> SpikeRaster | Mapping[str, SpikeRaster]:
    """The first `limit` samples of a .npz file or of the test part of data; exactly one of the two is given.

    `folder` is where the files of a task lie that is not built in, see `search.data.load.load_split`. Labels, where
    there are any, are held to the classes of `readout`. Raises InputError for labels that are none of them.
    """
    if (file is None) == (data is None):
        raise InputError("either --input FILE.npz or --data TASK is needed, and not both; give one of them.")
    if limit is not None and limit < 1:
        raise InputError(f"--limit is {limit}; at least 1 sample is needed, so give a larger number.")
    chosen = slice(limit)
    if file is not None:
        return _labelled({name: raster.take(chosen) for name, raster in _read(file).items()}, readout, file)
    from search.data.load import load_split

    test = load_split(str(data), folder, seed).test.take(chosen)
    return _labelled({"spikes": test}, readout, data)["spikes"]


def _read(file: Path) -> Mapping[str, SpikeRaster]:
    """The rasters of a file; a line on standard error names what else it holds."""
    found = load_spikes(file)
    if told := unused_told(file, [found]):
        sys.stderr.write(f"motifc: {told}\n")
    return found.rasters


def _labelled(rasters: Mapping[str, SpikeRaster], readout: Readout | None, source: object) -> Mapping[str, SpikeRaster]:
    """The rasters of all inputs, each with the labels that any of them has, once those are classes of `readout`."""
    found = {name: raster.labels for name, raster in rasters.items() if raster.labels is not None}
    if readout is None or not found:
        return rasters
    first, labels = next(iter(found.items()))
    for name, others in found.items():
        if not np.array_equal(labels, others):
            raise InputError(
                f"the inputs {first!r} and {name!r} of {source} have different labels; a sample has one class, so give "
                "the labels once."
            )
    readout.known_labels(labels, str(source))
    # An input of another number of samples is refused where it is bound, in words of its own.
    return {
        name: replace(each, labels=labels) if each.samples == labels.size else each for name, each in rasters.items()
    }
