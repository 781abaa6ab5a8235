"""A task and settings small enough to be searched in a second."""

import numpy as np

from search.data.task import Split
from search.settings import ModelSettings, SearchSettings, Settings, TrainingSettings
from targets.contracts.raster import SpikeRaster


def tiny_split(seed: int = 0, samples: int = 48) -> Split:
    """Two classes told apart by which half of eight channels fires first."""
    generator = np.random.default_rng(seed)
    parts = []
    for size in (samples, samples // 2, samples // 2):
        labels = np.arange(size) % 2
        first = (np.arange(8) < 4)[None, None, :] ^ (labels == 1)[:, None, None]
        early = (np.arange(12) < 6)[None, :, None]
        likely = np.where(first == early, 0.5, 0.05)
        parts.append(SpikeRaster.pack(generator.random((size, 12, 8)) < likely, labels=labels))
    return Split(parts[0], parts[1], parts[2], 2, "touch")


TINY = Settings(
    model=ModelSettings(neurons=(16,), sizes=(2, 4), readout_neurons=2),
    search=SearchSettings(epochs=2, batch=16, alpha_rate=0.1),
    training=TrainingSettings(epochs=4, batch=16, rate=1e-2, warm_up=2, drop=0.1),
)
