"""samples: the spikes a command works on, from a file, a task or a user's own data."""

from collections.abc import Mapping
from pathlib import Path

from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster, load_rasters


def samples(
    file: Path | None, data: str | None, seed: int = 0, limit: int | None = None, folder: Path | None = None
) -> SpikeRaster | Mapping[str, SpikeRaster]:
    """The first `limit` samples of a .npz file or of the test part of data; exactly one of the two is given.

    `folder` is where the files of a task lie that is not built in, see `search.data.load.load_split`.
    """
    if (file is None) == (data is None):
        raise InputError("either --input FILE.npz or --data TASK is needed, and not both; give one of them.")
    if limit is not None and limit < 1:
        raise InputError(f"--limit is {limit}; at least 1 sample is needed, so give a larger number.")
    chosen = slice(limit)
    if file is not None:
        return {name: raster.take(chosen) for name, raster in load_rasters(file).items()}
    from search.data.load import load_split

    return load_split(str(data), folder, seed).test.take(chosen)
