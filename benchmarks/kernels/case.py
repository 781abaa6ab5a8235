"""Case: a layer of motifs in a ring with its weights, input spikes and the gradient of its spikes; all by a seed."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from search.data.loader import Batch
from search.training.kernels.loop import Places

SIZE = 8
CLASSES = 10


@dataclass(frozen=True)
class Case:
    """What is run.

    neurons   in motifs of eight; each has `links`, drawn among the 24 neurons of its motif and both neighbours
    channels  of the input, each with a spike in a share `rate` of all steps, all-to-all to the neurons
    readout   neurons of a readout with a loss behind it; 0 for the layer alone, whose spikes have a gradient given
    """

    neurons: int = 512
    links: int = 10
    channels: int = 140
    rate: float = 0.05
    steps: int = 100
    batch: int = 64
    readout: int = 0

    @cached_property
    def places(self) -> Places:
        """Where the links are."""
        rng, motifs = np.random.default_rng(0), self.neurons // SIZE
        near = (np.arange(motifs)[:, None] + (-1, 0, 1)) % motifs
        candidates = (near[:, :, None] * SIZE + np.arange(SIZE)).reshape(motifs, -1)  # [motif, 24]
        pres = [rng.choice(candidates[post // SIZE], self.links, replace=False) for post in range(self.neurons)]
        flat = np.arange(self.neurons)[:, None] * self.neurons + np.array(pres)
        return Places(torch.from_numpy(flat.reshape(-1)), (self.neurons, self.neurons))

    def drawn(self, seed: int, *shape: int, deviation: float = 1.0) -> Tensor:
        """Normal numbers."""
        values = deviation * np.random.default_rng(seed).standard_normal(shape)
        return torch.from_numpy(values.astype(np.float32))

    @cached_property
    def spikes(self) -> Tensor:
        """Input float32 [time, batch, channel]."""
        drawn = np.random.default_rng(1).random((self.steps, self.batch, self.channels)) < self.rate
        return torch.from_numpy(drawn.astype(np.float32))

    @cached_property
    def packed(self) -> Batch:
        """The same input as it is stored, with labels."""
        labels = torch.from_numpy(np.random.default_rng(2).integers(0, CLASSES, self.batch))
        return Batch.of(self.spikes, torch.ones(self.steps, self.batch, 1), labels)
