"""fused: a whole network over all steps as one function of its weights and parameters, for autograd."""

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import numpy as np
import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from search.data.loader import Batch
from search.training.kernels.block import Block, Given, Held, backward_block, forward_block
from search.training.kernels.events import listed
from search.training.kernels.lanes import NARROW, REGISTER, WIDE
from search.training.kernels.layout import Events, Rule, Wanted
from search.training.kernels.loop import Delays, Places, Wire, by_delay
from search.training.kernels.numbers import PARAMETERS, numbers_of
from search.training.kernels.plan import Plan, Shape, plan_of
from search.training.neuron import Cells, GradientRule
from targets.contracts.arrays import Array

T = TypeVar("T")
S = TypeVar("S")
Told = list[dict[str, tuple[Tensor, Tensor]]]
"""Two tensors of every population of every copy."""


def summed(
    batch: Batch,
    populations: Mapping[str, Cells],
    common: Sequence[Wire],
    own: Sequence[Sequence[Wire]],
    rule: GradientRule,
    about: Collection[str],
) -> Told:
    """Run as many copies of a network as `own` has wires for; every input hears the batch.

    Told are, over the steps that count, the number of spikes and the mean voltage before the reset of the populations
    asked `about`, both [batch, neuron]. The equations are those of `search.training.kernels.loop.run`; differentiable
    once in weights and parameters. Blocks of samples are spread over as many threads as torch may use; no sum depends
    on their number.
    """
    return _run(batch, populations, common, own, rule, about, False)


def traced(
    batch: Batch,
    populations: Mapping[str, Cells],
    common: Sequence[Wire],
    own: Sequence[Sequence[Wire]],
    rule: GradientRule,
    about: Collection[str] | None = None,
) -> Told:
    """The same, told step by step: spikes, and voltages before the reset, [time, batch, neuron]."""
    return _run(batch, populations, common, own, rule, populations if about is None else about, True)


def _run(
    batch: Batch,
    populations: Mapping[str, Cells],
    common: Sequence[Wire],
    own: Sequence[Sequence[Wire]],
    rule: GradientRule,
    about: Collection[str],
    traced: bool,
) -> Told:
    common, *own = ([each for wire in wires for each in _listed(wire, populations)] for wires in (common, *own))
    wires = [*common, *(wire for wires in own for wire in wires)]
    plan = plan_of(
        tuple((name, cells.neurons) for name, cells in populations.items()),
        tuple(map(Shape.of, common)),
        tuple(tuple(map(Shape.of, wires)) for wires in own),
    )
    parameters = [getattr(cells, key) for cells in populations.values() for key in PARAMETERS]
    asked = tuple(name in about for name in populations)
    call = _Call(plan, batch, Rule.of(rule), len(wires), plan.places(asked), traced, torch.is_grad_enabled())
    told = iter(_Fused.apply(call, *(wire.values for wire in wires), *parameters))  # type: ignore[no-untyped-call]
    return [{name: (next(told), next(told)) for name in populations if name in about} for _ in own]


def _listed(wire: Wire, populations: Collection[str]) -> list[Wire]:
    """The wire as a list of links where it leads from population to population and has few, else as a matrix.

    Where its links have delays of their own it is a list between populations. From an input it is a matrix whose
    neurons have a delay each, or else one for every delay.
    """
    if isinstance(wire.delay, Delays):
        if wire.source in populations:
            return [wire if wire.places is not None else replace(wire, places=_everywhere(wire.delay))]
        if wire.places is None and (wire.delay.of_rows is not None or not wire.values.numel()):
            return [wire]
        return [replace(each, values=each.weights, places=None) for _, each in by_delay(wire)]
    if wire.places is None or wire.source == wire.target:
        return [wire]
    listed = wire.source in populations and wire.few
    return [wire if listed else replace(wire, values=wire.weights, places=None)]


_whole: WeakKeyDictionary[Delays, Places] = WeakKeyDictionary()


def _everywhere(delays: Delays) -> Places:
    """The places of a matrix all of whose weights are links, made once for the same delays."""
    if delays not in _whole:
        posts, pres = delays.steps.shape
        _whole[delays] = Places(torch.arange(posts * pres).view(posts, pres), (posts, pres))
    return _whole[delays]


@dataclass(frozen=True, eq=False)
class _Call:
    """What is not differentiable."""

    plan: Plan
    batch: Batch
    rule: Rule
    wires: int
    places: list[slice]
    traced: bool
    kept: bool

    @property
    def asked(self) -> Array:
        """Of which neurons sums are asked for, int32; empty where every step is."""
        asked = np.zeros(0 if self.traced else self.plan.neurons, np.int32)
        for place in self.places:
            asked[place] = 1
        return asked


class _Fused(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, call: _Call, *tensors: Tensor) -> tuple[Tensor, ...]:
        plan, batch, asked = call.plan, call.batch, call.asked
        given = torch.cat([tensor if tensor.dim() == 1 else tensor.reshape(-1) for tensor in tensors]).numpy()
        numbers = numbers_of(plan, given, call.rule)
        kept = call.kept and any(ctx.needs_input_grad)
        blocks = [_block(batch, *cut, call.traced, given.dtype) for cut in blocks_of(len(batch.labels))]
        done = _each(lambda block: forward_block(plan, numbers, block, kept, asked), blocks)
        both = [_side_by_side([told[kind] for told, _ in done], blocks) for kind in range(2)]
        ctx.call, ctx.given, ctx.numbers = call, given, numbers
        ctx.blocks = [(block, held) for block, (_, held) in zip(blocks, done, strict=True)]
        ctx.set_materialize_grads(False)  # what nobody asks about costs nothing
        ctx.save_for_backward(*tensors)  # so that a change of them before the backward pass is noticed
        return tuple(torch.from_numpy(each[..., place, :].swapaxes(-1, -2)) for place in call.places for each in both)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor | None) -> tuple[Tensor | None, ...]:
        call, tensors = ctx.call, ctx.saved_tensors
        plan, wanted = call.plan, _wanted(ctx.needs_input_grad[1:], call.wires)

        def slopes(each: tuple[Block, Held]) -> Array:
            block, held = each
            of = _given(call.places, gradients[::2], block), _given(call.places, gradients[1::2], block)
            return backward_block(plan, ctx.given, ctx.numbers, block, held, of, wanted)

        found = _each(slopes, ctx.blocks)
        whole = torch.from_numpy(sum(found[1:], found[0]))
        parts = torch.split(whole, [tensor.numel() for tensor in tensors])
        asked = zip(parts, tensors, ctx.needs_input_grad[1:], strict=True)
        return None, *(part.view(tensor.shape) if needed else None for part, tensor, needed in asked)


def _wanted(asked: Sequence[bool], wires: int) -> Wanted:
    """Which gradients the tensors of a call need, wires first."""
    tau_s, tau_m, resistance, threshold, bias = (any(asked[wires + k :: len(PARAMETERS)]) for k in range(5))
    return Wanted(any(asked[:wires]) or tau_s or tau_m or resistance, tau_s, tau_m, bias, threshold)


def _given(places: Sequence[slice], gradients: Sequence[Tensor | None], block: Block) -> Given:
    """The gradients of a block that there are."""
    return [
        (place, each.numpy()[..., block.first : block.end, :])
        for place, each in zip(places, gradients, strict=True)
        if each is not None
    ]


def _side_by_side(parts: Sequence[Array], blocks: Sequence[Block]) -> Array:
    """What blocks told, without the lanes that have no sample."""
    filled = [part[..., : block.end - block.first] for part, block in zip(parts, blocks, strict=True)]
    return filled[0] if len(filled) == 1 else np.concatenate(filled, -1)


def _each(work: Callable[[T], S], parts: Sequence[T]) -> list[S]:
    """What `work` makes of all parts, in their order, on as many threads as torch may use."""
    threads = min(torch.get_num_threads(), len(parts))
    if threads < 2:
        return [work(part) for part in parts]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, parts))


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


def _block(
    batch: Batch, first: int, end: int, like: tuple[int, ...], whole: bool, dtype: np.dtype[np.generic]
) -> Block:
    """Samples of a batch, run over the `whole` of its steps or while any of theirs counts, at least one."""
    lengths = batch.lengths[first:end].numpy()
    steps = batch.packed.shape[1] if whole else max(int(lengths.max()), 1)
    counted = np.zeros((1, REGISTER * len(like)), dtype)
    counted[0, : end - first] = lengths
    return Block(like, _events(batch, first, end, steps, like), counted, first, end, steps)


_known: WeakKeyDictionary[Batch, dict[tuple[int, int], Events]] = WeakKeyDictionary()


def _events(batch: Batch, first: int, end: int, steps: int, like: tuple[int, ...]) -> Events:
    """The events of some samples of a batch, listed once."""
    lists = _known.setdefault(batch, {})
    if (first, steps) not in lists:
        packed = batch.packed[first:end, :steps].numpy()
        lists[first, steps] = listed(packed, REGISTER * len(like), batch.thinning, first)
    return lists[first, steps]
