"""DataLoader: spikes with what is to be learned of them, in batches on a device."""

from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import torch
import torch.nn.functional as functional
from torch import Tensor

from search.data.task import truth_of
from search.data.thinning import Thinning, thinned
from search.ranks import ALONE, Ranks
from targets.contracts.arrays import Array
from targets.contracts.raster import SpikeRaster

_POOL = 8  # batches that are sorted by length together


@dataclass(frozen=True, eq=False)
class Batch:
    """Some samples, padded with silence to the longest of them.

    packed   uint8 [batch, time, byte], eight spikes to a byte; silent in steps that do not count, and in samples of
             shards that another rank works on
    neurons  neurons of the input
    lengths  int64 [batch]: steps that count
    labels   int64 [batch], classes; or float32 [batch, value], values to be told
    thinning of these spikes, which whoever reads `packed` has to do; None where all of them stay
    ranks    who works on it, and in how many shards
    """

    packed: Tensor
    neurons: int
    lengths: Tensor
    labels: Tensor
    thinning: Thinning | None = None
    ranks: Ranks = ALONE

    @classmethod
    def of(cls, spikes: Tensor, mask: Tensor, labels: Tensor) -> "Batch":
        """From spikes [time, batch, neuron] and a mask [time, batch, 1] of the steps that count, first to last."""
        bits = (spikes * mask).bool().permute(1, 0, 2).cpu().numpy()
        packed = torch.from_numpy(np.packbits(bits, axis=2)).to(spikes.device)
        return cls(packed, spikes.shape[2], mask[:, :, 0].sum(0).long(), labels)

    @cached_property
    def spikes(self) -> Tensor:
        """Spikes as float32 [time, batch, neuron]."""
        return unpacked(self._left, self.neurons).transpose(0, 1)

    @cached_property
    def mask(self) -> Tensor:
        """The steps that count as float32 [time, batch, 1]."""
        steps = torch.arange(self.packed.shape[1], device=self.packed.device)
        return (steps[:, None] < self.lengths).float()[:, :, None]

    @cached_property
    def steps(self) -> Tensor:
        """Steps that count, at least 1: float32 [batch, 1]."""
        return self.lengths.clamp(min=1).float()[:, None]

    @cached_property
    def shards(self) -> dict[int, "Batch"]:
        """The shards of this rank that have samples, by number: every `ranks.shards`th sample, a batch of its own."""
        parts = {number: np.s_[number :: self.ranks.shards] for number in self.ranks.own if number < len(self.labels)}
        left = self._left
        return {
            number: Batch(left[some], self.neurons, self.lengths[some], self.labels[some])
            for number, some in parts.items()
        }

    def stretched(self, most: float, generator: torch.Generator) -> "Batch":
        """The batch with every sample made longer or shorter at random, `most` times at most, as slow and fast speech.

        The factor is as likely to be x as 1 / x; a step holds what was at the same share of the sample's length, so
        that rates stay, but for chance.
        """
        if most == 1:
            return self
        device = self.packed.device
        exponents = 2 * torch.rand(len(self.lengths), generator=generator, device=device) - 1
        factors = most**exponents
        lengths = (self.lengths * factors).round().long().clamp(min=1) * (self.lengths > 0)
        steps = torch.arange(max(int(lengths.max()), 1), device=device)
        places = ((steps + 0.5) * self.lengths[:, None] / lengths.clamp(min=1)[:, None]).long()
        places = places.clamp(max=self.packed.shape[1] - 1)[:, :, None].expand(-1, -1, self.packed.shape[2])
        counted = (steps < lengths[:, None])[:, :, None]
        return replace(self, packed=self._left.gather(1, places) * counted, lengths=lengths, thinning=None)

    def thinned(self, share: float, generator: torch.Generator) -> "Batch":
        """The batch without a random share of its spikes."""
        if not share:
            return self
        key = int(torch.randint(1 << 62, (1,), generator=generator, device=generator.device))
        return replace(self, packed=self._left, thinning=Thinning(share, key))

    @property
    def _left(self) -> Tensor:
        """`packed` without what is left out."""
        if self.thinning is None:
            return self.packed
        return torch.from_numpy(thinned(self.packed.cpu().numpy(), self.thinning)).to(self.packed.device)


@dataclass(frozen=True, eq=False)
class DataLoader:
    """Batches, on a device, of the samples of one or more rasters.

    The spikes stay packed in the rasters, eight to a byte and mapped from disk where the cache has mapped them; a
    batch travels packed and ends with its longest sample.

    parts           the rasters, of equal width
    steps           length of the longest sample
    lengths         int64 [sample], on the device
    labels          int64 [sample], or float32 [sample, value]; on the device
    ranks           who works on the batches; each rank reads the samples of its own shards alone
    """

    parts: tuple[SpikeRaster, ...]
    steps: int
    lengths: Tensor
    labels: Tensor
    ranks: Ranks = ALONE

    @classmethod
    def of(cls, device: torch.device, *rasters: SpikeRaster, ranks: Ranks = ALONE) -> "DataLoader":
        """The samples of rasters with labels or targets, all alike."""
        lengths = np.concatenate([raster.lengths for raster in rasters]).astype(np.int64)
        labels = np.concatenate([truth_of(raster) for raster in rasters])
        labels = labels.astype(np.float32 if labels.ndim == 2 else np.int64)
        steps = max(int(lengths.max(initial=0)), 1)
        return cls(rasters, steps, torch.from_numpy(lengths).to(device), torch.from_numpy(labels).to(device), ranks)

    def __len__(self) -> int:
        return len(self.labels)

    def batch(self, indices: Array) -> Batch:
        """The samples at `indices`."""
        return self._on_device(*self._fetched(indices))

    def batches(self, indices: Sequence[Array]) -> Generator[Batch, None, None]:
        """The batches of samples at each of `indices`; a GPU works on one while a thread fetches the next."""
        if self.labels.device.type == "cpu":
            yield from map(self.batch, indices)
            return
        with ThreadPoolExecutor(1, "batches") as thread:
            ahead = None
            for each in indices:
                following = thread.submit(self._fetched, each)
                if ahead is not None:
                    yield self._on_device(*ahead.result())
                ahead = following
            if ahead is not None:
                yield self._on_device(*ahead.result())

    def in_order(self, size: int) -> Generator[Batch, None, None]:
        """All samples in batches, as they are stored."""
        starts = range(0, len(self), size)
        return self.batches([np.arange(start, min(start + size, len(self))) for start in starts])

    def shuffled(self, size: int, *seed: int) -> list[Array]:
        """Indices of all samples, each once, in random batches of like length.

        Eight batches are drawn at a time, sorted by length, cut, and their order is shuffled. So every sample is
        equally likely to be in each batch of the epoch, and in the last one, which may be smaller: that one is drawn
        first, without regard to lengths. Who is together with whom depends on the lengths, and the mean of a batch
        therefore varies more where what is learned from long and from short samples differs; its expectation stays
        that of all samples. Depends on nothing but lengths and the seed numbers.
        """
        generator = np.random.default_rng(seed)
        order = generator.permutation(len(self))
        whole = len(order) // size * size
        batches: list[Array] = []
        for start in range(0, whole, _POOL * size):
            pool = order[start : min(start + _POOL * size, whole)]
            pool = pool[np.argsort(self._lengths[pool], kind="stable")]
            batches += [pool[first : first + size] for first in size * generator.permutation(len(pool) // size)]
        if whole < len(order):
            batches.insert(int(generator.integers(len(batches) + 1)), order[whole:])
        return batches

    def by_length(self, size: int) -> Generator[Batch, None, None]:
        """All samples in batches, the shortest first."""
        order = np.argsort(self._lengths, kind="stable")
        return self.batches([order[start : start + size] for start in range(0, len(self), size)])

    @cached_property
    def _lengths(self) -> Array:
        """Lengths of all samples, on this side of the device."""
        return np.concatenate([part.lengths for part in self.parts])

    def _fetched(self, indices: Array) -> tuple[Tensor, Tensor]:
        """Indices and packed spikes [batch, time, byte] on this side of the device, in memory it can copy from."""
        chosen = np.array(indices, dtype=np.int64)
        steps = max(int(self._lengths[chosen].max(initial=0)), 1)
        rows = np.zeros((chosen.size, steps, self.parts[0].packed.shape[2]), np.uint8)
        mine = np.isin(np.arange(chosen.size) % self.ranks.shards, self.ranks.own)
        first = 0
        for part in self.parts:
            here = np.flatnonzero(mine & (chosen >= first) & (chosen < first + part.samples))
            rows[here, : part.steps] = part.packed[chosen[here] - first, :steps]
            first += part.samples
        fetched = torch.from_numpy(chosen), torch.from_numpy(rows)
        return (fetched[0].pin_memory(), fetched[1].pin_memory()) if self.labels.is_cuda else fetched

    def _on_device(self, indices: Tensor, packed: Tensor) -> Batch:
        device = self.labels.device
        indices, packed = (each.to(device, non_blocking=True) for each in (indices, packed))
        lengths = self.lengths[indices]
        counted = torch.arange(packed.shape[1], device=device) < lengths[:, None]
        return Batch(
            packed * counted[:, :, None], self.parts[0].neurons, lengths, self.labels[indices], ranks=self.ranks
        )


def unpacked(packed: Tensor, neurons: int) -> Tensor:
    """Spikes float32 [sample, time, neuron] from uint8 [sample, time, byte], whose first neuron is the highest bit."""
    device = packed.device
    values, shifts = torch.arange(256, device=device), torch.arange(7, -1, -1, device=device)
    bits_of_byte = (values[:, None] >> shifts & 1).float()
    # A table is looked up several times faster than bits are masked one by one.
    return functional.embedding(packed.int(), bits_of_byte).flatten(2)[..., :neurons].contiguous()


def torch_generator(device: torch.device, *seed: int) -> torch.Generator:
    """A random stream on `device` that depends on nothing but the seed numbers."""
    state = np.random.SeedSequence(seed).generate_state(1, np.uint64)
    return torch.Generator(device).manual_seed(int(state[0] >> np.uint64(1)))
