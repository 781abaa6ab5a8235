"""One epoch of HRMAS on synthetic spikes of the shape of the digits."""

import time
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from benchmarks.gpu.measuring import wait
from search.data.loader import DataLoader
from search.data.task import Split
from search.nas.hrmas import explore, new_supernet
from search.settings import Settings
from targets.contracts.raster import SpikeRaster

CLASSES = 10
_RATE = 0.0431
"""Spikes per channel and step of the digits: about 345 in 40 steps of 200 channels."""


def epoch(device: torch.device, samples: tuple[int, int], steps: int, channels: int, neurons: int) -> dict[str, Any]:
    """Seconds of an epoch of both steps with the settings as they are; `samples` of the train and valid parts."""
    split = synthetic(samples, steps, channels)
    usual = Settings()
    settings = replace(usual, model=replace(usual.model, neurons=(neurons,)), search=replace(usual.search, epochs=1))
    loader = DataLoader.of(device, split.train)
    first = loader.batch(np.arange(min(settings.training.batch, split.train.samples)))
    supernet = new_supernet(split, first, settings, 0)
    wait(device)
    begin = time.perf_counter()
    (entry,) = explore(supernet, split, settings, 0)
    wait(device)
    return {"seconds": time.perf_counter() - begin, "loss": float(entry["loss"]), "loss_before": entry["loss_before"]}


def synthetic(samples: tuple[int, int], steps: int, channels: int, seed: int = 0) -> Split:
    """Random spikes; each class has rates of its own in every channel and quarter of time. The test part is empty."""
    rng = np.random.default_rng(seed)
    rates = _RATE * rng.exponential(size=(CLASSES, 4, channels))
    quarter = np.arange(steps) * 4 // steps
    parts = []
    for count in (*samples, 0):
        labels = np.arange(count) % CLASSES
        drawn = [rng.random((steps, channels)) < rates[label][quarter] for label in labels]
        spikes = np.array(drawn, dtype=bool).reshape(count, steps, channels)
        parts.append(SpikeRaster.pack(spikes, labels=labels))
    train, valid, test = parts
    return Split(train, valid, test, CLASSES, "synthetic")
