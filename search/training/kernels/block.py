"""A block of samples run through a network, forward and backward, on the CPU."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from search.training.kernels.backward import backward
from search.training.kernels.forward import forward
from search.training.kernels.lanes import REGISTER, piece_of
from search.training.kernels.layout import Events, Numbers, Wanted
from search.training.kernels.numbers import collected
from search.training.kernels.plan import Plan
from search.training.kernels.room import blank, room
from targets.contracts.arrays import Array


@dataclass(frozen=True, eq=False)
class Block:
    """Samples `first` to `end` - 1 of a batch, in as many lanes as `like` says, and steps to run.

    events   of these samples
    lengths  steps of every lane that count, [1, lane], 0 where there is no sample; of the type of all numbers
    """

    like: tuple[int, ...]
    events: Events
    lengths: Array
    first: int
    end: int
    steps: int

    @property
    def lanes(self) -> int:
        """Number of lanes, those without a sample included."""
        return REGISTER * len(self.like)


@dataclass(frozen=True, eq=False)
class Held:
    """What the backward pass needs: arrays as `forward` tells them, spikes where all steps are kept or no rows."""

    voltages: Array
    quiet: Array
    spikes: Array


def forward_block(
    plan: Plan, numbers: Numbers, block: Block, kept: bool, asked: Array
) -> tuple[tuple[Array, Array], Held]:
    """Two arrays [neuron, lane] as of `fused.summed`, or [time, neuron, lane] as of `fused.traced`; what is held.

    The first where something is `asked` for, int32 [neuron] as `forward` has it, else the second.
    """
    dtype, lanes, steps, neurons = block.lengths.dtype, block.lanes, block.steps, plan.neurons
    traced = not len(asked)
    whole = traced or (kept and len(plan.whole.matrices.ends) > 0)
    slots = steps if whole else min(plan.longest, steps) + 1
    spikes = room(((slots + 1) * neurons, lanes), dtype)
    voltages = room((steps * neurons if kept or traced else 0, lanes), dtype)
    quiet = np.empty(steps * neurons if numbers.rule.tssl else 0, np.uint64)
    sums = forward(
        block.like, piece_of(block.like), numbers, block.events, block.lengths, spikes, voltages, quiet, asked
    )
    held = Held(voltages, quiet, spikes if whole else spikes[:0])
    if traced:
        return (spikes[: steps * neurons].reshape(steps, neurons, lanes), voltages.reshape(steps, neurons, lanes)), held
    return sums, held


Given = Sequence[tuple[slice, Array]]
"""Gradients of what was told: neurons, and [sample, neuron] or [time, sample, neuron]."""


def backward_block(
    plan: Plan, given: Array, numbers: Numbers, block: Block, held: Held, of: tuple[Given, Given], wanted: Wanted
) -> Array:
    """The gradients of all tensors in a row, `given`, from those of what `forward_block` told."""
    dtype, lanes, neurons = block.lengths.dtype, block.lanes, plan.neurons
    first, second = (_gathered(each, neurons, lanes, dtype) for each in of)
    nothing = np.zeros((0, lanes), dtype)
    traced = any(values.ndim == 3 for each in of for _, values in each)
    steps, sums = ((first, second), (nothing, nothing)) if traced else ((nothing, nothing), (first, second))
    told = held.spikes, held.voltages, held.quiet
    like = block.like, piece_of(block.like)
    slopes = backward(*like, numbers, block.events, block.lengths, *told, *steps, *sums, wanted)
    return collected(given, plan.members, plan.links, plan.whole, plan.outside, slopes)


def _gathered(given: Given, neurons: int, lanes: int, dtype: np.dtype[np.generic]) -> Array:
    """Gradients of all neurons, [neuron, lane] or, with steps, [time * neuron, lane]; no rows without any."""
    if not given:
        return np.zeros((0, lanes), dtype)
    place, values = given[0]
    turned = values.swapaxes(-1, -2)
    if place == slice(0, neurons) and turned.shape[-1] == lanes:
        return np.ascontiguousarray(turned).reshape(-1, lanes)
    told = blank((*turned.shape[:-2], neurons, lanes), dtype)
    for place, values in given:
        told[..., place, : values.shape[-2]] = values.swapaxes(-1, -2)
    return told.reshape(-1, lanes)
