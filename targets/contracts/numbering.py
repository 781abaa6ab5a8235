"""Global numbers: all inputs and populations of a program or graph laid one after the other, inputs first."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from math import prod

import numpy as np

from targets.contracts.arrays import Array
from targets.contracts.wiring import Edge, Node

_AT_ONCE = 1 << 18  # synapses: what is made of so many stays near the processor
_BITS = 63  # of a whole number from 0 on


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


def ordered(keys: Array) -> Array:
    """The order of whole numbers >= 0 in which equal ones stay in theirs: `numpy.argsort` of the stable kind, sooner.

    Key and place become one number, as numpy sorts numbers of 64 bits by far fastest, where they fit into one.
    """
    bits = max(keys.size - 1, 0).bit_length()
    if not keys.size or int(keys.max()).bit_length() + bits > _BITS:
        return np.argsort(keys, kind="stable")
    return np.sort(keys.astype(np.int64) << bits | np.arange(keys.size)) & ((1 << bits) - 1)


def combined(values: Array) -> Array:
    """One number for every column of whole numbers [row, column], ordered as columns are: int64 [column].

    That is the place of each among the distinct columns, from 0, as `numpy.unique` along that axis tells it, sooner.
    """
    least = values.min(axis=1, initial=0)
    spans = [int(most) + 1 for most in values.max(axis=1, initial=0).astype(np.int64) - least]
    if prod(spans) >= 1 << _BITS:
        return np.unique(values, axis=1, return_inverse=True)[1].ravel()
    keys = np.zeros(values.shape[1], dtype=np.int64)
    for row, low, span in zip(values, least, spans, strict=True):
        keys = keys * span + (row - low)
    return np.unique(keys, return_inverse=True)[1].ravel()
