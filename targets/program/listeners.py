"""listeners: which core listens to whom; all counts of a program and its routes follow from that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from targets.contracts.arrays import Array, Ints
from targets.contracts.numbering import distinct, numbered, offsets
from targets.contracts.wiring import Edge, Node


class Holder(Protocol):
    """A core: the neurons it holds, indices by the name of their population."""

    @property
    def members(self) -> Mapping[str, Ints]: ...  # noqa: D102


@dataclass(frozen=True)
class Route:
    """Spikes that leave core `source` for core `target` along `axons` axons; source -1 is the outside."""

    source: int
    target: int
    axons: int


@dataclass(frozen=True, eq=False)
class Listeners:
    """Which core listens to whom, by one walk over the synapses.

    synapses        int [core]: those that are not zero and end there
    delayed         int [core]: those of them over which spikes take more than one step
    longest         int [core]: steps that the slowest takes, 0 where there is none
    sources, cores  int [pair]: every source neuron (by global number) and core that listens to it, once, in order
    core_of         core of every neuron by global number, -1 for inputs and for neurons that are on no core
    """

    synapses: Array
    delayed: Array
    longest: Array
    sources: Array
    cores: Array
    core_of: Array

    @property
    def routes(self) -> tuple[Route, ...]:
        """Axons from core to core: distinct source neurons of every pair of different cores."""
        home = self.core_of[self.sources]
        crossing = home != self.cores
        span = self.synapses.size + 1
        ends, axons = np.unique((home[crossing] + 1) * span + self.cores[crossing] + 1, return_counts=True)
        triples = zip((ends // span).tolist(), (ends % span).tolist(), axons.tolist(), strict=True)
        return tuple(Route(source - 1, target - 1, count) for source, target, count in triples)


def listeners(
    inputs: Sequence[Node], populations: Sequence[Node], projections: Sequence[Edge], cores: Sequence[Holder]
) -> Listeners:
    """Count the synapses of every core and find the pairs. Neurons that are on no core listen on core -1."""
    starts = offsets(inputs, populations)
    core_of = np.full(sum(part.neurons for part in (*inputs, *populations)), -1, dtype=np.int64)
    for number, core in enumerate(cores):
        for name, indices in core.members.items():
            core_of[starts[name] + indices] = number
    span = len(cores) + 1
    synapses, delayed, longest = (np.zeros(span, dtype=np.int64) for _ in range(3))
    keys = [np.empty(0, dtype=np.int64)]
    for projection in projections:
        for source, target in numbered([projection], starts):
            listening = core_of[target] + 1
            count = np.bincount(listening, minlength=span)
            synapses += count
            delayed += count * (projection.delay > 1)
            np.maximum(longest, projection.delay * (count > 0), out=longest)
            # One number for each pair, to sort them fast.
            keys.append(distinct(source * span + listening))
    sources, listening_cores = np.divmod(distinct(np.concatenate(keys)), span)
    return Listeners(synapses[1:], delayed[1:], longest[1:], sources, listening_cores - 1, core_of)
