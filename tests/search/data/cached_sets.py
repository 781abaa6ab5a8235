"""Sets for the cache to keep."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from targets.contracts.raster import SpikeRaster

RECIPE = {"bins": 4, "threshold": 0.5, "version": 1}


def rasters(seed: int = 0) -> dict[str, SpikeRaster]:
    generator = np.random.default_rng(seed)
    return {
        "train": SpikeRaster.pack(generator.random((5, 4, 9)) < 0.5, lengths=[4, 3, 0, 1, 2], labels=np.arange(5)),
        "test": SpikeRaster.pack(generator.random((2, 3, 9)) < 0.5),
    }


def assert_same(left: Mapping[str, SpikeRaster], right: Mapping[str, SpikeRaster]) -> None:
    assert left.keys() == right.keys()
    for name, raster in left.items():
        other = right[name]
        assert raster.neurons == other.neurons
        assert np.array_equal(raster.packed, other.packed)
        assert np.array_equal(raster.lengths, other.lengths)
        labels = [None if each.labels is None else each.labels.tolist() for each in (raster, other)]
        assert labels[0] == labels[1]


class Maker:
    """Makes the same rasters and counts how often."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self) -> dict[str, SpikeRaster]:
        self.calls += 1
        return rasters()


def entry(cache: Path) -> Path:
    (path,) = cache.glob("*.spikes")
    return path
