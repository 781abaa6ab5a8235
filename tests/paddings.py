"""One data set in three paddings, which must mean the same everywhere."""

import numpy as np

from targets.contracts.raster import SpikeRaster


def three_paddings(seed: int, neurons: int, samples: int = 6, steps: int = 24) -> dict[str, SpikeRaster]:
    """Samples of various lengths: as they are, with 180 more steps of silence, and with spikes wherever none counts."""
    rng = np.random.default_rng(seed)
    lengths = rng.integers(steps // 2, steps, samples)
    lengths[0] = steps
    counted = np.arange(steps) < lengths[:, None]
    spikes = (rng.random((samples, steps, neurons)) < 0.3) & counted[:, :, None]
    bare = SpikeRaster.pack(spikes, lengths, np.arange(samples) % 2)
    long = bare.padded(180)
    late = np.arange(long.steps) >= lengths[:, None]
    junk = long.dense().astype(bool) | ((rng.random(long.dense().shape) < 0.7) & late[:, :, None])
    return {"none": bare, "silence": long, "junk": SpikeRaster.pack(junk, lengths, bare.labels)}
