"""A set of 100,000 samples, of which a process may hold half: `python -m benchmarks.distributed.memory SAMPLES STEPS`.

The recordings are made one by one, read by `recordings_split` and trained on, all under RLIMIT_DATA of half the size of
the packed spikes. That limit counts all memory that is not a file's. Printed is one line of JSON.
"""

import json
import resource
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from search.data.recordings import recordings_split
from search.data.task import Split
from search.nas.derive import motif_network
from search.network import Network
from search.settings import ModelSettings, Settings, TrainingSettings
from search.training import train as training
from search.training.adam import Adam
from targets.contracts.arrays import Array
from targets.contracts.raster import SpikeRaster

TIME, CHANNELS = 120, 700
_MODEL = ModelSettings(neurons=(8,), sizes=(2,), readout_neurons=1)
_BATCH = 8


@dataclass(frozen=True)
class Recordings:
    """Two classes of noise, told apart by which half of the channels is busier; made when asked for."""

    samples: int

    def __len__(self) -> int:
        return self.samples

    def __getitem__(self, index: int) -> tuple[Array, int]:
        generator, label = np.random.default_rng(index), index % 2
        spikes = np.zeros((TIME, CHANNELS), bool)
        spikes[generator.integers(TIME, size=400), generator.integers(CHANNELS // 2, size=400) * 2 + label] = True
        return spikes, label


def anonymous() -> int:
    """Bytes of this process that are no file's: RssAnon."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return (1 << 10) * int(next(line.split()[1] for line in lines if line.startswith("RssAnon")))


def trained(split: Split, steps: int, noted: dict[int, int]) -> Network:
    """A small network after so many steps; at the steps that are keys, `noted` becomes the anonymous memory."""
    samples = split.train.samples + split.valid.samples
    epochs = -(-steps // -(-samples // _BATCH))
    settings = Settings(model=_MODEL, training=TrainingSettings(epochs=epochs, batch=_BATCH, drop=0.0, warm_up=0))
    start = np.full(_MODEL.neurons[0], _MODEL.tau_m)
    network = motif_network({}, {"hidden": start}, {"hidden": start}, split, _MODEL)
    generator, done, plain = np.random.default_rng(0), 0, training.descend
    drawn = [
        replace(c, synapses=replace(c.synapses, weights=0.3 * generator.standard_normal(c.synapses.weights.shape)))
        for c in network.connections
    ]

    def counting(optimizer: Adam, loss: torch.Tensor, rate: float, clip: float) -> None:
        nonlocal done
        if done < steps:
            plain(optimizer, loss, rate, clip)
        done += 1
        if done in noted:
            noted[done] = anonymous()

    training.descend = counting
    try:
        return training.train(replace(network, connections=tuple(drawn)), split, settings, 0, "cpu")
    finally:
        training.descend = plain


def part(split: Split, samples: int, held: bool) -> Split:
    """The first samples of every part, from the file or held in memory."""

    def of(raster: SpikeRaster) -> SpikeRaster:
        some = raster.take(np.arange(min(samples, raster.samples)))
        return replace(some, packed=np.array(some.packed)) if held else some

    return replace(split, train=of(split.train), valid=of(split.valid), test=of(split.test))


def measured(samples: int, steps: int) -> dict[str, Any]:
    """Anonymous memory at a twentieth of the steps and at the last, and whether a subset gives the same weights."""
    size = samples * TIME * -(-CHANNELS // 8)
    limit = size // 2
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    split = recordings_split(Recordings(samples), seed=0)
    after_reading, noted = anonymous(), dict.fromkeys((steps // 20, steps), 0)
    trained(split, steps, noted)
    subset = [trained(part(split, 400, held), 60, {}).digest for held in (False, True)]
    return {
        "samples": samples,
        "bytes": size,
        "limit": limit,
        "read": after_reading,
        "steps": sorted(noted),
        "anonymous": [noted[step] for step in sorted(noted)],
        "subset_equal": len(set(subset)) == 1,
    }


def main() -> None:
    """Measure as the arguments say."""
    torch.set_num_threads(1)
    sys.stdout.write(json.dumps(measured(int(sys.argv[1]), int(sys.argv[2]))) + "\n")


if __name__ == "__main__":
    main()
