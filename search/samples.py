"""Samples: labelled spikes on a device, handed out in batches."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from search.task import labels_of
from targets.arrays import Array
from targets.raster import SpikeRaster


@dataclass(frozen=True, eq=False)
class Batch:
    """Some samples: spikes float32 [time, batch, neuron], 1 where a step counts [time, batch, 1], labels [batch]."""

    spikes: Tensor
    counted: Tensor
    labels: Tensor

    def thinned(self, share: float, generator: torch.Generator) -> "Batch":
        """The batch without a random share of its spikes."""
        if not share:
            return self
        kept = torch.rand(self.spikes.shape, generator=generator, device=self.spikes.device) >= share
        return replace(self, spikes=self.spikes * kept)


@dataclass(frozen=True, eq=False)
class Samples:
    """All samples of a part of a split on one device: spikes uint8 [sample, time, neuron]."""

    spikes: Tensor
    lengths: Tensor
    labels: Tensor

    @classmethod
    def of(cls, raster: SpikeRaster, device: torch.device) -> "Samples":
        """The samples of a raster with labels."""
        arrays = raster.dense(), raster.lengths.astype(np.int64), labels_of(raster).astype(np.int64)
        return cls(*(torch.from_numpy(array).to(device) for array in arrays))

    def __len__(self) -> int:
        return len(self.labels)

    def batch(self, indices: Array) -> Batch:
        """The samples at `indices`."""
        chosen = torch.from_numpy(np.asarray(indices, dtype=np.int64)).to(self.labels.device)
        spikes = self.spikes[chosen].transpose(0, 1).float()
        steps = torch.arange(len(spikes), device=spikes.device)
        counted = (steps[:, None] < self.lengths[chosen]).float()[:, :, None]
        return Batch(spikes, counted, self.labels[chosen])

    def in_order(self, size: int) -> Iterator[Batch]:
        """All samples in batches, as they are stored."""
        for start in range(0, len(self), size):
            yield self.batch(np.arange(start, min(start + size, len(self))))

    def shuffled(self, size: int, *seed: int) -> list[Array]:
        """Indices of all samples in random batches; the order depends on nothing but the seed numbers."""
        order = np.random.default_rng(seed).permutation(len(self))
        return [order[start : start + size] for start in range(0, len(self), size)]


def torch_generator(device: torch.device, *seed: int) -> torch.Generator:
    """A random stream on `device` that depends on nothing but the seed numbers."""
    state = np.random.SeedSequence(seed).generate_state(1, np.uint64)
    return torch.Generator(device).manual_seed(int(state[0] >> np.uint64(1)))
