"""A block of samples run through all stages of a plan, forward and backward, on the CPU."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from search.data.loader import Batch, unpacked
from search.training.kernels.backward import GROUP, backward
from search.training.kernels.events import COLUMNS
from search.training.kernels.forward import forward
from search.training.kernels.lanes import REGISTER
from search.training.kernels.layout import Events, Links, Port
from search.training.kernels.numbers import Gradients, Numbers
from search.training.kernels.plan import Bundle, Stage
from search.training.kernels.room import blank, room
from targets.contracts.arrays import Array


@dataclass(frozen=True, eq=False)
class Block:
    """Samples `first` to `end` - 1 of a batch, in as many lanes as `like` says, their events, and steps to run."""

    like: tuple[int, ...]
    events: Events
    batch: Batch
    first: int
    end: int
    steps: int

    @property
    def lanes(self) -> int:
        """Number of lanes, those without a sample included."""
        return REGISTER * len(self.like)

    def lengths(self, dtype: np.dtype[np.generic]) -> Array:
        """Steps of every lane that count, [1, lane]."""
        counted = blank((1, self.lanes), dtype)
        counted[0, : self.end - self.first] = self.batch.lengths[self.first : self.end].numpy()
        return counted

    def heard(self, dtype: torch.dtype) -> Tensor:
        """The input as numbers [time, channel, lane]."""
        dense = unpacked(self.batch.packed[self.first : self.end, : self.steps], self.batch.neurons)
        lost = self.lanes - len(dense)
        return torch.nn.functional.pad(dense.to(dtype).permute(1, 2, 0), (0, lost)).contiguous()


@dataclass(frozen=True, eq=False)
class Held:
    """What the backward pass needs of a stage: arrays as `forward` tells them, spikes only where all steps are kept."""

    voltages: Array
    quiet: Array
    spikes: Array | None


def forward_block(numbers: Numbers, block: Block, kept: bool, traced: bool) -> tuple[list[Tensor], list[Held]]:
    """Two tensors of every population, in the order of `numbers.names`, and what is held.

    Counts and sums as in `fused.Summed`, or spikes and voltages as in `fused.Traced`.
    """
    plan, dtype = numbers.plan, numbers.dtype
    steps, lanes, copies = block.steps, block.lanes, plan.copies
    told: dict[str, list[Tensor]] = {}
    held: list[Held] = []
    sent: dict[int | str, Tensor] = {}
    heard_by_products = {bundle.source for stage in plan.stages for bundle in stage.bundles}
    for source in heard_by_products:
        if isinstance(source, str):
            sent[source] = block.heard(numbers.parameters[0].dtype)
    for k, stage in enumerate(plan.stages):
        neurons, longest = stage.neurons * copies, min(stage.longest, steps)
        whole = traced or k in heard_by_products
        slots = steps if whole else longest + 1
        spikes = room(((slots + 1) * neurons, lanes), dtype)
        spikes[slots * neurons :] = 0
        voltages = room((steps * neurons if kept or traced else 0, lanes), dtype)
        quiet = np.empty(steps * neurons if numbers.rule.tssl else 0, np.uint64)
        counts, sums = blank((2, 0 if traced else neurons, lanes), dtype)
        port, padded = _port(numbers, block, k)
        arriving = min(stage.latest, steps) + 1
        forward(
            block.like,
            numbers.cells[k],
            _incoming(numbers, k, steps),
            port,
            _drive(numbers, stage, sent, block),
            numbers.rule,
            block.lengths(dtype),
            np.zeros(longest + 1, np.int64),
            blank((3 * neurons, lanes), dtype),
            blank((arriving * padded, lanes), dtype),
            blank((padded, lanes), dtype),
            blank((lanes, COLUMNS), dtype),
            spikes,
            voltages,
            quiet,
            counts,
            sums,
        )
        by_step = torch.from_numpy(spikes[: slots * neurons]).view(slots, copies, stage.neurons, lanes)
        if whole:
            sent[k] = by_step
        held.append(Held(voltages, quiet, spikes if whole else None))
        samples = block.end - block.first
        for name, (first, count) in stage.members.items():
            if traced:
                voltage = torch.from_numpy(voltages).view(steps, copies, stage.neurons, lanes)
                parts = [each.transpose(0, 1) for each in (by_step, voltage)]
            else:
                parts = [torch.from_numpy(each).view(copies, stage.neurons, lanes) for each in (counts, sums)]
            told[name] = [each[..., first : first + count, :samples].transpose(-1, -2) for each in parts]
    return [tensor for name in numbers.names for tensor in told[name]], held


def backward_block(
    numbers: Numbers,
    block: Block,
    held: Sequence[Held],
    given: Sequence[Tensor | None],
    gradients: Gradients,
    traced: bool,
) -> None:
    """Add the gradients of a block to `gradients`, from those of what `forward_block` told."""
    plan, dtype = numbers.plan, numbers.dtype
    steps, lanes, copies = block.steps, block.lanes, plan.copies
    of = {name: given[2 * k : 2 * k + 2] for k, name in enumerate(numbers.names)}
    asked: dict[int, list[_Product]] = {}  # gradient of all spikes of a stage
    sent: dict[int | str, Tensor] = {}
    for k in range(len(plan.stages) - 1, -1, -1):
        stage, own = plan.stages[k], held[k]
        neurons, longest = stage.neurons * copies, min(stage.longest, steps)
        port, padded = _port(numbers, block, k)
        reach = max(longest, min(stage.latest, steps))
        rows = steps if stage.bundles else max(GROUP, reach + 1)
        of_drive = room(((rows + 1) * neurons + COLUMNS, lanes), dtype)
        of_drive[rows * neurons :] = 0
        spikes = own.spikes
        if spikes is None:
            spikes = room(((longest + GROUP + 1) * neurons, lanes), dtype)
            spikes[(longest + GROUP) * neurons :] = 0
        nothing = np.zeros((0, lanes), dtype)
        first, second = (_given(numbers, stage, block, of, kind) for kind in range(2))
        of_counts, of_sums, of_spikes, of_voltages = (
            (nothing, nothing, first, second) if traced else (first, second, nothing, nothing)
        )
        if k in asked:
            whole = _summed(asked.pop(k), (steps, copies, stage.neurons, lanes), dtype)
            of_spikes = whole if not len(of_spikes) else whole + of_spikes
        if len(of_counts) != len(of_sums):
            of_counts, of_sums = (
                each if len(each) else blank((neurons, lanes), dtype) for each in (of_counts, of_sums)
            )
        backward(
            block.like,
            numbers.cells[k],
            _incoming(numbers, k, steps),
            _outgoing(numbers, k, steps),
            port,
            numbers.rule,
            block.lengths(dtype),
            np.zeros((2 + GROUP, max(reach + 1, GROUP)), np.int64),
            blank((3 * neurons, lanes), dtype),
            blank((padded, lanes), dtype),
            blank((lanes, COLUMNS), dtype),
            spikes,
            own.spikes is not None,
            own.voltages,
            own.quiet,
            of_spikes,
            of_voltages,
            of_counts,
            of_sums,
            of_drive,
            gradients.links[k],
            gradients.ports[k],
            *gradients.cells[k],
        )
        for bundle in stage.bundles:
            moved = torch.from_numpy(of_drive[: steps * neurons]).view(steps, copies, stage.neurons, lanes)
            moved = moved[bundle.delay :, :, slice(*bundle.post)].flatten(0, 1)
            if not len(moved):
                continue
            source = bundle.source
            if isinstance(source, str):
                if source not in sent:
                    sent[source] = block.heard(numbers.parameters[0].dtype)
                heard = sent[source][:, None].expand(-1, copies, -1, -1)
            else:
                before = held[source].spikes
                if before is None:
                    continue
                sender = plan.stages[source]
                heard = torch.from_numpy(before[: steps * sender.neurons * copies])
                heard = heard.view(steps, copies, sender.neurons, lanes)
                back = numbers.matrix(stage, bundle).T
                product = _Product(back, moved, slice(0, steps - bundle.delay), slice(*bundle.pre))
                asked.setdefault(source, []).append(product)
            if bundle.wire in gradients.bundles:
                heard = heard[: steps - bundle.delay, :, slice(*bundle.pre)].flatten(0, 1)
                total = gradients.bundles[bundle.wire]
                torch.addbmm(total, moved, heard.transpose(1, 2), out=total)


@dataclass(frozen=True, eq=False)
class _Product:
    """matrix [to, from] @ given [time * copy, from, lane], which belongs to those steps and neurons of a stage."""

    matrix: Tensor
    given: Tensor
    steps: slice
    neurons: slice


def _summed(products: Sequence[_Product], shape: tuple[int, int, int, int], dtype: np.dtype[np.generic]) -> Array:
    """The sum of products as [time * copy * neuron, lane] of a stage [time, copy, neuron, lane]; 0 where none is."""
    total = torch.from_numpy(room(shape, dtype))
    for number, each in enumerate(products):
        at, matrices = total[each.steps, :, each.neurons], each.matrix.expand(len(each.given), -1, -1)
        if not number and at.shape[2] == shape[2]:  # the usual case: all neurons at once, without a copy
            total[: each.steps.start], total[each.steps.stop :] = 0, 0
            torch.bmm(matrices, each.given, out=at.flatten(0, 1))
            continue
        if not number:
            total.zero_()
        at += torch.bmm(matrices, each.given).view(at.shape)
    return (total if products else total.zero_()).view(-1, shape[3]).numpy()


def _port(numbers: Numbers, block: Block, k: int) -> tuple[Port, int]:
    """The port of a stage and its neurons of one copy, filled up; no neurons where there is none."""
    stage, table = numbers.plan.stages[k], numbers.ports[k]
    if stage.port is None:
        return Port(block.events, 0, table, np.zeros(0, np.int32)), 0
    padded = -(-stage.neurons // COLUMNS) * COLUMNS
    delay = stage.port[2] if stage.latest <= block.steps else np.minimum(stage.port[2], block.steps)
    return Port(block.events, len(table) * COLUMNS // padded, table, delay), padded


def _incoming(numbers: Numbers, k: int, steps: int) -> Links:
    links = numbers.plan.stages[k].within(steps)
    return Links(links.first, links.other, links.delay, numbers.weights[k])


def _outgoing(numbers: Numbers, k: int, steps: int) -> Links:
    links = numbers.plan.stages[k].within(steps)
    return Links(links.out_first, links.out_other, links.out_delay, numbers.weights[k][links.out_link])


def _drive(numbers: Numbers, stage: Stage, sent: dict[int | str, Tensor], block: Block) -> Array:
    """What bundles bring to a stage: [time * neuron, lane], or no rows."""
    steps, lanes, copies = block.steps, block.lanes, numbers.plan.copies
    if not stage.bundles:
        return np.zeros((0, lanes), numbers.dtype)
    products = []
    for bundle in stage.bundles:
        if bundle.delay < steps:
            heard = _sent(sent, bundle, copies)[: steps - bundle.delay, :, slice(*bundle.pre)].flatten(0, 1)
            matrix, here = numbers.matrix(stage, bundle), slice(bundle.delay, steps)
            products.append(_Product(matrix, heard, here, slice(*bundle.post)))
    return _summed(products, (steps, copies, stage.neurons, lanes), numbers.dtype)


def _sent(sent: dict[int | str, Tensor], bundle: Bundle, copies: int) -> Tensor:
    """Spikes [time, copy, neuron, lane] of the source of a bundle."""
    spikes = sent[bundle.source]
    return spikes[:, None].expand(-1, copies, -1, -1) if isinstance(bundle.source, str) else spikes


def _given(numbers: Numbers, stage: Stage, block: Block, of: dict[str, Sequence[Tensor | None]], kind: int) -> Array:
    """Gradients given of one kind for all neurons of a stage, [neuron, lane] or [time * neuron, lane]; or no rows."""
    parts = {name: of[name][kind] for name in stage.members}
    some = next((each for each in parts.values() if each is not None), None)
    if some is None:
        return np.zeros((0, block.lanes), numbers.dtype)
    alone = next(iter(parts.values()))
    timed = some.dim() == 4
    if len(parts) == 1 and alone is not None and block.end - block.first == block.lanes:
        turned = alone.transpose(-1, -2)
        turned = turned.transpose(0, 1) if timed else turned
        return turned.contiguous().view(-1, block.lanes).numpy()
    shape = (block.steps,) if timed else ()
    total = torch.zeros(*shape, numbers.plan.copies, stage.neurons, block.lanes, dtype=some.dtype)
    for name, each in parts.items():
        if each is not None:
            first, count = stage.members[name]
            turned = each.transpose(-1, -2)
            total[..., first : first + count, : block.end - block.first] = turned.transpose(0, 1) if timed else turned
    return total.view(-1, block.lanes).numpy()
