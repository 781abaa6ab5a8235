"""bundle: all synapses of a program, cut where processes meet and bound together wherever sums stay exact."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from targets.contracts.arrays import Array, Ints
from targets.contracts.errors import InputError
from targets.contracts.numbering import offsets
from targets.program.program import IntProjection, Program

_STEP, _LEAST, _MOST = 2, -256, 254
"""Weights of Lava's Sparse with sign_mode MIXED and 8 bits: bit 0 is lost to the sign."""

Members = Mapping[str, Ints]
"""Neurons of one process: int32 indices per input or population, one after the other."""


class Bundle(NamedTuple):
    """Synapses from one process to another with one exponent and delay; arrays are [synapse].

    `pre` and `post` are positions within the two processes, `projection` the number of the one it belongs to.
    Where `partial`, sums must not be shifted here: the shift rounds down, and belongs to the sum over a whole
    projection, of which the bundle holds a part, or more than one.
    """

    source: int
    target: int
    exponent: int
    delay: int
    pre: Array
    post: Array
    weight: Array
    projection: Array
    partial: bool


def bundle(program: Program, processes: Sequence[Members]) -> Iterator[Bundle]:
    """One bundle per (source process, target process, exponent, delay) that has synapses.

    Raises InputError for weights that Lava would silently change.
    """
    starts = offsets(program.inputs, program.populations)
    process_of, position_of = (np.empty(sum(_sizes(processes)), dtype=np.int64) for _ in range(2))
    for number, members in enumerate(processes):
        held = np.concatenate([starts[name] + indices for name, indices in members.items()])
        process_of[held], position_of[held] = number, np.arange(held.size)
    for (exponent, delay), numbers in _alike(program.projections).items():
        post, pre, weight, projection = (
            np.concatenate(arrays)
            for arrays in zip(*(_numbered(program.projections[n], n, starts) for n in numbers), strict=True)
        )
        source, target = process_of[pre], process_of[post]
        rounded = _rounded_apart(post, source, projection) if exponent < 0 else np.zeros(post.size, dtype=bool)
        order = np.lexsort((target, source))
        borders = np.flatnonzero(np.diff(source[order]) | np.diff(target[order])) + 1
        for chosen in np.split(order, borders) if order.size else ():
            yield Bundle(
                int(source[chosen[0]]),
                int(target[chosen[0]]),
                exponent,
                delay,
                position_of[pre[chosen]],
                position_of[post[chosen]],
                weight[chosen],
                projection[chosen],
                bool(rounded[chosen].any()),
            )


def _sizes(processes: Sequence[Members]) -> list[int]:
    return [indices.size for members in processes for indices in members.values()]


def _alike(projections: Sequence[IntProjection]) -> dict[tuple[int, int], list[int]]:
    """Numbers of the projections of every exponent and delay."""
    alike: dict[tuple[int, int], list[int]] = {}
    for number, projection in enumerate(projections):
        alike.setdefault((projection.exponent, projection.delay), []).append(number)
    return alike


def _numbered(projection: IntProjection, number: int, starts: Mapping[str, int]) -> tuple[Array, Array, Array, Array]:
    """(post, pre, weight, number) of every synapse, neurons by their global numbers."""
    post, pre, weight = projection.synapses.coordinates()
    if weight.size and (weight.min() < _LEAST or weight.max() > _MOST or (weight % _STEP).any()):
        raise InputError(
            f"projection {projection.name!r} has weights {weight.min()}..{weight.max()}; Lava would clip or round "
            f"what is not even and in {_LEAST}..{_MOST}, so quantise them to that grid."
        )
    return starts[projection.target] + post, starts[projection.source] + pre, weight, np.full(post.size, number)


def _rounded_apart(post: Array, source: Array, projection: Array) -> Array:
    """Where a neuron's sum over one projection comes from several sources, or meets another's in one: bool [synapse].

    Shifting down those sums one by one, or together, would round differently.
    """
    sources, projections = (int(numbers.max(initial=0)) + 1 for numbers in (source, projection))
    part, part_of = np.unique((post * sources + source) * projections + projection, return_inverse=True)
    whole = part // (sources * projections) * projections + part % projections
    return (_repeated(whole) | _repeated(part // projections))[part_of]


def _repeated(values: Array) -> Array:
    _, index, counts = np.unique(values, return_inverse=True, return_counts=True)
    return counts[index] > 1
