"""fused: a whole network over all steps as one function of its weights and parameters, for autograd."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from weakref import WeakKeyDictionary

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from search.data.loader import Batch
from search.training.kernels.block import Block, backward_block, forward_block
from search.training.kernels.events import listed
from search.training.kernels.lanes import NARROW, REGISTER, WIDE
from search.training.kernels.layout import Events, Rule
from search.training.kernels.loop import Wire
from search.training.kernels.numbers import PARAMETERS, Gradients, Numbers
from search.training.kernels.plan import Plan, Shape, plan_of
from search.training.neuron import Cells, GradientRule, Surrogate
from search.training.tssl import TsslBp


@dataclass(frozen=True, eq=False)
class Summed:
    """Spikes, and voltages before the reset, summed over the steps that count: tensors [copy, batch, neuron]."""

    counts: Tensor
    voltages: Tensor


@dataclass(frozen=True, eq=False)
class Traced:
    """Spikes, and voltages before the reset, of all steps: tensors [copy, time, batch, neuron]."""

    spikes: Tensor
    voltages: Tensor


def summed(
    batch: Batch,
    populations: Mapping[str, Cells],
    common: Sequence[Wire],
    own: Sequence[Sequence[Wire]],
    rule: GradientRule,
) -> dict[str, Summed]:
    """Run as many copies of a network as `own` has wires for, and sum up; every input hears the batch.

    The equations are those of `search.training.kernels.loop.run`; differentiable once in weights and parameters.
    """
    return {name: Summed(*both) for name, both in _run(batch, populations, common, own, rule, False).items()}


def traced(
    batch: Batch,
    populations: Mapping[str, Cells],
    common: Sequence[Wire],
    own: Sequence[Sequence[Wire]],
    rule: GradientRule,
) -> dict[str, Traced]:
    """The same, told step by step."""
    return {name: Traced(*both) for name, both in _run(batch, populations, common, own, rule, True).items()}


def _run(
    batch: Batch,
    populations: Mapping[str, Cells],
    common: Sequence[Wire],
    own: Sequence[Sequence[Wire]],
    rule: GradientRule,
    traced: bool,
) -> dict[str, tuple[Tensor, Tensor]]:
    """Two tensors of every population."""
    common, *own = ([_listed(wire, populations) for wire in wires] for wires in (common, *own))
    wires = [*common, *(wire for wires in own for wire in wires)]
    plan = plan_of(
        tuple((name, cells.neurons) for name, cells in populations.items()),
        tuple(map(_shape, common)),
        tuple(tuple(map(_shape, wires)) for wires in own),
    )
    parameters = [getattr(cells, key) for cells in populations.values() for key in PARAMETERS]
    call = _Call(plan, tuple(populations), batch, _rule(rule), len(wires), traced, torch.is_grad_enabled())
    told = _Fused.apply(call, *(wire.values for wire in wires), *parameters)  # type: ignore[no-untyped-call]
    return {name: (told[2 * k], told[2 * k + 1]) for k, name in enumerate(populations)}


def _listed(wire: Wire, populations: Collection[str]) -> Wire:
    """The wire as a list of links where it leads from population to population and has few, else as a matrix."""
    if wire.places is None or wire.source == wire.target:
        return wire
    few = wire.source in populations and 4 * wire.values.numel() < wire.size[0] * wire.size[1]
    return wire if few else replace(wire, values=wire.weights, places=None)


def _shape(wire: Wire) -> Shape:
    return Shape(wire.source, wire.target, wire.delay, wire.places, wire.size)


def _rule(rule: GradientRule) -> Rule:
    if isinstance(rule, TsslBp):
        return Rule(True, 0.0, rule.clamp, rule.width, rule.silent)
    return Rule(False, rule.slope if isinstance(rule, Surrogate) else 0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, eq=False)
class _Call:
    """What is not differentiable."""

    plan: Plan
    names: tuple[str, ...]
    batch: Batch
    rule: Rule
    wires: int
    traced: bool
    kept: bool


class _Fused(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, call: _Call, *tensors: Tensor) -> tuple[Tensor, ...]:
        values, parameters = tensors[: call.wires], tensors[call.wires :]
        numbers = Numbers.of(call.plan, call.names, values, parameters, call.rule)
        kept = call.kept and any(ctx.needs_input_grad)
        told, blocks = [], []
        for first, end, like in blocks_of(len(call.batch.labels)):
            steps = call.batch.packed.shape[1] if call.traced else _longest(call.batch, first, end)
            block = Block(like, _events(call.batch, first, end, steps, like), call.batch, first, end, steps)
            found, held = forward_block(numbers, block, kept, call.traced)
            told.append(found)
            blocks.append((block, held))
        ctx.call, ctx.blocks, ctx.numbers = call, blocks, numbers
        ctx.set_materialize_grads(False)  # what nobody asks about costs nothing
        ctx.save_for_backward(*tensors)  # so that a change of them before the backward pass is noticed
        if len(told) == 1:
            return tuple(told[0])
        return tuple(torch.cat(parts, -2) for parts in zip(*told, strict=True))

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor | None) -> tuple[Tensor | None, ...]:
        call, numbers, _ = ctx.call, ctx.numbers, ctx.saved_tensors
        sums = Gradients.zero(numbers, ctx.needs_input_grad[1:])
        for block, held in ctx.blocks:
            given = [None if each is None else each[..., block.first : block.end, :] for each in gradients]
            backward_block(numbers, block, held, given, sums, call.traced)
        return None, *sums.by_tensor(numbers)


def blocks_of(samples: int) -> list[tuple[int, int, tuple[int, ...]]]:
    """First and end of every block of samples and its lanes: 64 a block, the last up to 32 in blocks of 16."""
    wide, first = REGISTER * len(WIDE), 0
    blocks: list[tuple[int, int, tuple[int, ...]]] = []
    while first < samples:
        like: tuple[int, ...] = WIDE if samples - first > wide // 2 else NARROW
        end = min(samples, first + REGISTER * len(like))
        blocks.append((first, end, like))
        first = end
    return blocks


def _longest(batch: Batch, first: int, end: int) -> int:
    """Steps after which nothing counts any more in some samples of a batch; at least one."""
    return max(int(batch.lengths[first:end].max()), 1)


_known: WeakKeyDictionary[Batch, dict[tuple[int, int], Events]] = WeakKeyDictionary()


def _events(batch: Batch, first: int, end: int, steps: int, like: tuple[int, ...]) -> Events:
    """The events of some samples of a batch, listed once."""
    lists = _known.setdefault(batch, {})
    if (first, steps) not in lists:
        lists[first, steps] = listed(batch.packed[first:end, :steps].numpy(), REGISTER * len(like))
    return lists[first, steps]
