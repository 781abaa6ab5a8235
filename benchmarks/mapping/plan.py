"""Task: one network to measure; plan: all of those that the page of mapping speaks of."""

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.mapping.networks import LUMPY, topologies

_SEEDS = range(5)
_SYNAPSE_BITS = 18  # of Loihi 1
_DENSE_BITS = 8  # a weight without the number of its neuron


@dataclass(frozen=True)
class Task:
    """One network, and what is measured of it.

    kind          "map": four ways to map it; "chain": the whole chain from the float graph on, in one process;
                  "searched": ways to map a network that the search produced
    topology      of `benchmarks.mapping.networks`, or the data that was searched on
    k             neurons per motif; 0 where the search decides
    synapse_bits  of a synapse on the chip
    """

    kind: str
    topology: str
    neurons: int
    k: int
    seed: int
    synapse_bits: int = _SYNAPSE_BITS

    @property
    def network(self) -> str:
        """What tells this network from others of its size."""
        parts = [self.topology]
        if self.k:
            parts.append(f"k = {self.k}")
        if self.synapse_bits != _SYNAPSE_BITS:
            parts.append(f"{self.synapse_bits} bits per synapse")
        return ", ".join(parts)


def plan() -> tuple[Task, ...]:
    """All tasks: every topology at 8,000 neurons (k = 2, 8, 16) and 32,000 (k = 8), grids up to 1,000,000, five seeds.

    Besides the grids that a study of mapping published (benchmarks/mapping/earlier.py), the chain at seed 0, and
    searched networks of three sizes.
    """
    return tuple(_tasks())


def _tasks() -> Iterator[Task]:
    for seed in _SEEDS:
        for topology in topologies():
            for k in (2, 8, 16):
                yield Task("map", topology, 8_000, k, seed)
            yield Task("map", topology, 32_000, 8, seed)
        yield Task("map", "grid", 20_000, 2, seed)
        yield Task("map", "grid", 32_000, 16, seed)
        yield Task("map", "dense input", 32_000, 8, seed, _DENSE_BITS)
        for neurons in (128, 256, 512):
            yield Task("searched", "digits", neurons, 0, seed)
        yield Task("map", "grid", 100_000, 8, seed)
        yield Task("map", "grid", 1_000_000, 8, seed)
    for topology in topologies():
        if topology != LUMPY:  # a chain, which knows no rates, takes it for the random one
            yield Task("chain", topology, 32_000, 8, 0)
    for neurons in (8_000, 100_000, 1_000_000):
        yield Task("chain", "grid", neurons, 8, 0)
