"""Global numbers: all inputs and populations of a program or graph laid one after the other, inputs first."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate

import numpy as np

from targets.contracts.arrays import Array
from targets.contracts.wiring import Edge, Node

_AT_ONCE = 1 << 18  # synapses: what is made of so many stays near the processor


def offsets(inputs: Sequence[Node], nodes: Sequence[Node]) -> dict[str, int]:
    """First global number of every input and population."""
    parts = (*inputs, *nodes)
    starts = accumulate((part.neurons for part in parts), initial=0)
    return {part.name: start for part, start in zip(parts, starts, strict=False)}


def numbered(edges: Sequence[Edge], starts: Mapping[str, int]) -> Iterator[tuple[Array, Array]]:
    """(source, target) global numbers, int64, of all synapses that are not zero, a part of a projection at a time."""
    for edge in edges:
        for post, pre, _ in edge.synapses.pieces(_AT_ONCE):
            yield starts[edge.source] + pre.astype(np.int64), starts[edge.target] + post.astype(np.int64)


def distinct(keys: Array) -> Array:
    """Sorted distinct keys; a plain sort beats numpy.unique on many keys."""
    ordered = np.sort(keys)
    return ordered[np.concatenate([[True], ordered[1:] != ordered[:-1]])] if ordered.size else ordered


def ranges(indices: Array) -> list[list[int]]:
    """Runs of consecutive numbers, in the order given, as [first, last]."""
    numbers = np.asarray(indices, np.int64)
    if not numbers.size:
        return []
    breaks = np.flatnonzero(np.diff(numbers) != 1) + 1
    return [[int(part[0]), int(part[-1])] for part in np.split(numbers, breaks)]
