"""layout: a program as flat arrays that compiled loops walk over."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from targets.backends.numba.compressed import compressed
from targets.contracts.arithmetic import Arithmetic
from targets.contracts.arrays import Array
from targets.program.program import IntPopulation, IntProjection, Program

NARROW = 256
"""Largest magnitude of a weight of which `CHUNK` may be added in 16 bits."""
CHUNK = 127
_LONGEST_ROW = 1 << 22
"""Synapses that one neuron can have above which narrow sums could leave 32 bits."""


class Cells(NamedTuple):
    """Parameters of all neurons of all populations in a row, [neuron].

    keep_u, keep_v  share of u and v that is left after a step: float32, exact as it has at most 16 bits
    bias            int32
    threshold       aligned, int32; what no int32 exceeds or falls below is cut to its ends
    limit           one more than the largest v
    refractory      steps of rest after a spike, int32; of length 0 where no neuron rests
    """

    keep_u: Array
    keep_v: Array
    bias: Array
    threshold: Array
    limit: int
    refractory: Array


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
    """All projections, ordered by target, and their synapses, compressed by source or by target; some may be one.

    source  sender, int64 [projection]
    target  its target among the senders, int64 [projection]; by source, where several are one, the first of theirs
    delay   steps, int64 [projection]
    shift   bits by which sums are raised, alignment included, int64 [projection]
    floor   bits by which sums are lowered before that, int64 [projection]
    row     where the rows of a projection begin in `ends`, int64 [projection]
    ends    synapses of row i are ends[i] .. ends[i + 1] - 1, uint64 [rows]
    other   by source: post neuron among all neurons; by target: pre neuron of its sender; uint32 [synapse]
    weight  by source int16 where all weights fit that; by target int16 in a narrow program; else int32; [synapse]
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
    rests = np.concatenate([each.refractory_steps for each in populations])
    return Cells(
        keep_u=((one - 1 - du) / one).astype(np.float32),
        keep_v=((one - dv) / one).astype(np.float32),
        bias=bias,
        threshold=np.clip(vth.astype(np.int64) << arithmetic.align_bits, int32.min, int32.max).astype(np.int32),
        limit=arithmetic.state_limit,
        refractory=rests if rests.any() else rests[:0],
    )


def senders(program: Program) -> Senders:
    """Who sends spikes, and where they are kept."""
    inputs = [source.neurons for source in program.inputs]
    populations = [population.neurons for population in program.populations]
    size = inputs + populations
    slots = [max(program.depths[name], 1) + 1 for name in _numbers(program)]
    return Senders(
        inputs=len(inputs),
        size=np.array(size, np.int64),
        slots=np.array(slots, np.int64),
        ring=_starts([neurons * kept for neurons, kept in zip(size, slots, strict=True)]),
        byte=np.concatenate([_starts([-(-neurons // 8) for neurons in part]) for part in (inputs, populations)]),
        first=np.concatenate([np.full(len(inputs), -1), _starts(populations)]),
    )


def wires(program: Program, by: Literal["source", "target"]) -> Wires:
    """All projections and their synapses; weights of zero are left out.

    Projections whose sums need not be told apart are one: those of one source, delay and exponent that is not negative,
    by target also of one target.
    """
    numbers = _numbers(program)
    starts = _starts([population.neurons for population in program.populations])
    first = {population.name: int(start) for population, start in zip(program.populations, starts, strict=True)}
    bundles: dict[object, list[IntProjection]] = {}
    for each in sorted(program.projections, key=lambda each: numbers[each.target]):
        target = each.target if by == "target" else ""
        key = each.name if each.exponent < 0 else (each.source, target, each.delay, each.exponent)
        bundles.setdefault(key, []).append(each)
    rows = [
        [(each.synapses, first[each.target] if by == "source" else 0) for each in bundle] for bundle in bundles.values()
    ]
    small = is_narrow(program) if by == "target" else most_weight(program) <= np.iinfo(np.int16).max
    ends, other, weight = compressed(rows, by, np.int16 if small else np.int32)
    one_of_each = [bundle[0] for bundle in bundles.values()]
    exponents = np.array([each.exponent for each in one_of_each], np.int64)
    return Wires(
        source=np.array([numbers[each.source] for each in one_of_each], np.int64),
        target=np.array([numbers[each.target] for each in one_of_each], np.int64),
        delay=np.array([each.delay for each in one_of_each], np.int64),
        shift=program.chip.arithmetic.align_bits + np.maximum(exponents, 0),
        floor=np.maximum(-exponents, 0),
        row=_starts([each.synapses.shape[by == "source"] + 1 for each in one_of_each]),
        ends=ends,
        other=other,
        weight=weight,
    )


def is_narrow(program: Program) -> bool:
    """Whether sums of `CHUNK` weights fit 16 bits and sums of a row 32."""
    return most_weight(program) <= NARROW and sum(each.synapses.shape[1] for each in program.projections) < _LONGEST_ROW


def _numbers(program: Program) -> dict[str, int]:
    """Input or population -> its number among the senders."""
    names = [source.name for source in program.inputs] + [population.name for population in program.populations]
    return {name: number for number, name in enumerate(names)}


def _starts(sizes: Sequence[int]) -> Array:
    """Where each of several pieces begins when they lie in a row: int64."""
    return np.cumsum([0, *sizes], dtype=np.int64)[:-1]


def most_weight(program: Program) -> int:
    """The largest magnitude of a weight."""
    weights = [each.synapses.weights for each in program.projections]
    return max((max(-int(each.min(initial=0)), int(each.max(initial=0))) for each in weights), default=0)
