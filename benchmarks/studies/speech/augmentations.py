"""augmentations: training words as other speakers and rooms might have made them, at random."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch

from search.data.loader import Batch
from targets.contracts.arrays import Array

Augmentation = Callable[[Batch, torch.Generator], Batch]


def stretched(most: float) -> Augmentation:
    """As `training.stretch` has it."""
    return lambda batch, generator: batch.stretched(most, generator)


def warped(most: float, local: float, parts: int = 4) -> Augmentation:
    """Stretched, and each of so many equal parts of a word by a factor of its own, up to `local`, as accents do."""

    def augmented(batch: Batch, generator: torch.Generator) -> Batch:
        words, lengths = len(batch.lengths), batch.lengths.float()
        factors = most ** (2 * torch.rand(words, generator=generator) - 1)
        own = local ** (2 * torch.rand(words, parts, generator=generator) - 1)
        own = own / own.mean(1, keepdim=True) / parts
        ends = torch.cumsum(torch.cat([torch.zeros(words, 1), own], 1), 1)
        ends = ends / ends[:, -1:]  # shares of the new word at which its parts begin and end
        new = (lengths * factors).round().long().clamp(min=1)
        steps = torch.arange(int(new.max()))
        share = ((steps + 0.5) / new[:, None]).clamp(max=0.99999)
        part = (torch.searchsorted(ends.contiguous(), share.contiguous(), right=True) - 1).clamp(0, parts - 1)
        begin, end = ends.gather(1, part), ends.gather(1, part + 1)
        places = ((part + (share - begin) / (end - begin)) / parts * lengths[:, None]).long()
        places = torch.minimum(places, (batch.lengths - 1)[:, None])
        there = places[:, :, None].expand(-1, -1, batch.packed.shape[2])
        counted = (steps < new[:, None])[:, :, None]
        return replace(batch, packed=batch.packed.gather(1, there) * counted, lengths=new)

    return augmented


def noisy(rate: float, before: Augmentation) -> Augmentation:
    """With spikes added to a share `rate` of all bins of the word, after what is done `before`."""

    def augmented(batch: Batch, generator: torch.Generator) -> Batch:
        batch = before(batch, generator)
        bits = _bits(batch)
        added = torch.rand(*bits.shape, generator=generator).numpy() < rate
        added[:, :, batch.neurons :] = False
        inside = np.arange(bits.shape[1]) < batch.lengths.numpy()[:, None]
        return _with_bits(batch, bits | (added & inside[:, :, None]))

    return augmented


def tilted(most: float, before: Augmentation, waves: int = 3) -> Augmentation:
    """With spikes left out at rates that vary smoothly over the channels, as microphones and rooms do."""

    def augmented(batch: Batch, generator: torch.Generator) -> Batch:
        batch = before(batch, generator)
        bits = _bits(batch)
        channels, numbers = np.arange(bits.shape[2]) / batch.neurons, range(waves)
        heights, phases = (
            made(len(bits), waves, generator=generator).numpy()[:, :, None] for made in (torch.randn, torch.rand)
        )
        curves = [heights[:, k] * np.cos(np.pi * (k + 1) * channels + 2 * np.pi * phases[:, k]) for k in numbers]
        lost = np.clip(most * sum(curves) / np.sqrt(waves), 0, 0.9)[:, None, :]
        return _with_bits(batch, bits & (torch.rand(*bits.shape, generator=generator).numpy() >= lost))

    return augmented


def _bits(batch: Batch) -> Array:
    """Spikes uint8 [sample, time, bit]."""
    return np.unpackbits(batch.packed.numpy(), axis=2)


def _with_bits(batch: Batch, bits: Array) -> Batch:
    return replace(batch, packed=torch.from_numpy(np.packbits(bits, axis=2)))
