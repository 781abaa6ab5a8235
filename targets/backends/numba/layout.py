"""layout: a program as flat arrays that compiled loops walk over."""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np

from targets.contracts.arithmetic import Arithmetic
from targets.contracts.arrays import Array
from targets.contracts.jit import compiled
from targets.program.program import IntPopulation, IntProjection, Program

NARROW = 256
"""Largest magnitude of a weight of which `CHUNK` may be added in 16 bits."""
CHUNK = 127
_LONGEST_ROW = 1 << 22
"""Synapses of one neuron above which narrow sums could leave 32 bits."""


class Cells(NamedTuple):
    """Parameters of all neurons of all populations in a row, [neuron].

    keep_u, keep_v  share of u and v that is left after a step, float64: products with a register are exact
    bias            int32
    threshold       aligned, int32; what no int32 exceeds or falls below is cut to its ends
    limit           one more than the largest v
    """

    keep_u: Array
    keep_v: Array
    bias: Array
    threshold: Array
    limit: int


class Senders(NamedTuple):
    """Inputs, then populations: int64 [sender] each.

    inputs  how many of them are inputs
    size   neurons
    slots  steps of which the spikes are kept: one more than the longest delay
    ring   where the first slot begins in what holds the spikes of all
    byte   where its packed spikes begin in a row of all inputs, or of all populations
    first  its first neuron among those of all populations; -1 for an input
    """

    inputs: int
    size: Array
    slots: Array
    ring: Array
    byte: Array
    first: Array


class Wires(NamedTuple):
    """All projections, ordered by target, and their synapses, compressed by source or by target.

    source  sender, int64 [projection]
    target  its target among the senders, int64 [projection]
    delay   steps, int64 [projection]
    shift   bits by which sums are raised, alignment included, int64 [projection]
    floor   bits by which sums are lowered before that, int64 [projection]
    row     where the rows of a projection begin in `ends`, int64 [projection]
    ends    synapses of row i are ends[i] .. ends[i + 1] - 1, int64 [rows]
    other   by source: post neuron among all neurons; by target: pre neuron of its sender; int32 [synapse]
    weight  int16, or int32 where a weight needs it, [synapse]
    """

    source: Array
    target: Array
    delay: Array
    shift: Array
    floor: Array
    row: Array
    ends: Array
    other: Array
    weight: Array


def cells(populations: Sequence[IntPopulation], arithmetic: Arithmetic) -> Cells:
    """Parameters of the populations, one after the other."""
    one, int32 = arithmetic.decay_one, np.iinfo(np.int32)
    du, dv, vth, bias = (
        np.concatenate([getattr(each, key) for each in populations]) for key in ("du", "dv", "vth", "bias")
    )
    return Cells(
        keep_u=(one - 1 - du.astype(np.float64)) / one,
        keep_v=(one - dv.astype(np.float64)) / one,
        bias=bias,
        threshold=np.clip(vth.astype(np.int64) << arithmetic.align_bits, int32.min, int32.max).astype(np.int32),
        limit=arithmetic.state_limit,
    )


def senders(program: Program) -> Senders:
    """Who sends spikes, and where they are kept."""
    inputs = [source.neurons for source in program.inputs]
    populations = [population.neurons for population in program.populations]
    size, numbers = inputs + populations, _numbers(program)
    slots = [2] * len(size)
    for projection in program.projections:
        sender = numbers[projection.source]
        slots[sender] = max(slots[sender], projection.delay + 1)
    return Senders(
        inputs=len(inputs),
        size=np.array(size, np.int64),
        slots=np.array(slots, np.int64),
        ring=_starts([neurons * kept for neurons, kept in zip(size, slots, strict=True)]),
        byte=np.concatenate([_starts([-(-neurons // 8) for neurons in part]) for part in (inputs, populations)]),
        first=np.concatenate([np.full(len(inputs), -1), _starts(populations)]),
    )


def wires(program: Program, by: Literal["source", "target"]) -> Wires:
    """All projections and their synapses; weights of zero are left out."""
    numbers = _numbers(program)
    projections = sorted(program.projections, key=lambda each: numbers[each.target])
    starts = _starts([population.neurons for population in program.populations])
    first = {population.name: int(start) for population, start in zip(program.populations, starts, strict=True)}
    ends, other, weight = _compressed(projections, by, first)
    exponents = np.array([each.exponent for each in projections], np.int64)
    return Wires(
        source=np.array([numbers[each.source] for each in projections], np.int64),
        target=np.array([numbers[each.target] for each in projections], np.int64),
        delay=np.array([each.delay for each in projections], np.int64),
        shift=program.chip.arithmetic.align_bits + np.maximum(exponents, 0),
        floor=np.maximum(-exponents, 0),
        row=_starts([each.synapses.shape[by == "source"] + 1 for each in projections]),
        ends=ends,
        other=other,
        weight=weight,
    )


def is_narrow(program: Program) -> bool:
    """Whether sums of `CHUNK` weights fit 16 bits and sums of a row 32."""
    small = all(_most(each.synapses.weights) <= NARROW for each in program.projections)
    return small and all(each.synapses.shape[1] < _LONGEST_ROW for each in program.projections)


def _numbers(program: Program) -> dict[str, int]:
    """Input or population -> its number among the senders."""
    names = [source.name for source in program.inputs] + [population.name for population in program.populations]
    return {name: number for number, name in enumerate(names)}


def _starts(sizes: Sequence[int]) -> Array:
    """Where each of several pieces begins when they lie in a row: int64."""
    return np.cumsum([0, *sizes], dtype=np.int64)[:-1]


def _compressed(
    projections: Sequence[IntProjection], by: Literal["source", "target"], first: Mapping[str, int]
) -> tuple[Array, Array, Array]:
    """(ends, other, weight) of all synapses, rows of one projection after the other.

    Synapses are counted, then written, both piece by piece, so that little is held beside the result.
    """
    counts = [np.zeros(each.synapses.shape[by == "source"] + 1, np.int64) for each in projections]
    most = 0
    for projection, count in zip(projections, counts, strict=True):
        for post, pre, given in projection.synapses.pieces():
            count[1:] += np.bincount(pre if by == "source" else post, minlength=count.size - 1)
            most = max(most, _most(given))
    starts = _starts([int(count.sum()) for count in counts])
    ends = [count.cumsum() + start for count, start in zip(counts, starts, strict=True)]
    synapses = sum(int(count.sum()) for count in counts)
    weight = np.empty(synapses, np.int16 if most <= np.iinfo(np.int16).max else np.int32)
    other = np.empty(synapses, np.int32)
    for projection, own in zip(projections, ends, strict=True):
        free = own[:-1].copy()
        for post, pre, given in projection.synapses.pieces():
            if by == "source":
                _fill(pre, post, first[projection.target], given, free, other, weight)
            else:
                _fill(post, pre, 0, given, free, other, weight)
    return np.concatenate([*ends, np.empty(0, np.int64)]), other, weight


def _most(weights: Array) -> int:
    """The largest magnitude."""
    return max(-int(weights.min(initial=0)), int(weights.max(initial=0)))


@compiled
def _fill(row: Array, column: Array, offset: int, given: Array, free: Array, other: Array, weight: Array) -> None:
    """Write synapses into the places of their rows; `free`, the next place of each, moves on."""
    for i in range(len(row)):
        place = free[row[i]]
        other[place] = column[i] + offset
        weight[place] = given[i]
        free[row[i]] = place + 1
