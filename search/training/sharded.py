"""A network run over time on a batch that is cut in shards, each on one of the ranks that work together."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from search.data.loader import Batch
from search.training import answers as unsharded
from search.training.kernels.loop import Wire
from search.training.kernels.network import Summary
from search.training.neuron import Cells, GradientRule
from targets.contracts.ports import Readout


def answers(
    batch: Batch,
    inputs: Collection[str],
    populations: Mapping[str, Cells],
    wires: Sequence[Wire],
    rule: GradientRule,
    readout: Readout,
    about: Collection[str] | None = None,
) -> dict[str, Summary]:
    """`answers_of_copies` of a single network."""
    return answers_of_copies(batch, inputs, populations, wires, [[]], rule, readout, about)[0]


def answers_of_copies(
    batch: Batch,
    inputs: Collection[str],
    populations: Mapping[str, Cells],
    common: Sequence[Wire],
    own: Sequence[Sequence[Wire]],
    rule: GradientRule,
    readout: Readout,
    about: Collection[str] | None = None,
) -> list[dict[str, Summary]]:
    """As `search.training.answers.answers_of_copies`, told of the whole batch on every rank.

    Every shard is a batch of its own. Its gradients by weights and parameters are those of the whole batch's loss
    through its samples; they are summed in the order of the shards. Differentiable once.
    """
    about = [name for name in populations if about is None or name in about]
    if batch.ranks.shards == 1:
        return unsharded.answers_of_copies(batch, inputs, populations, common, own, rule, readout, about)
    call = _Call(batch, inputs, populations, common, own, rule, readout, about, torch.is_grad_enabled())
    whole: Tensor = _Sharded.apply(call, *call.tensors)  # type: ignore[no-untyped-call]
    widths = [populations[name].neurons for name in about]
    parts = iter(torch.split(whole, [width for _ in own for width in widths for _ in range(2)], dim=1))
    return [{name: Summary(next(parts), next(parts)) for name in about} for _ in own]


@dataclass(frozen=True, eq=False)
class _Call:
    """The arguments of `answers_of_copies`, and whether a gradient may be asked for."""

    batch: Batch
    inputs: Collection[str]
    populations: Mapping[str, Cells]
    common: Sequence[Wire]
    own: Sequence[Sequence[Wire]]
    rule: GradientRule
    readout: Readout
    about: Sequence[str]
    kept: bool

    @property
    def tensors(self) -> list[Tensor]:
        """All that may have a gradient: the values of wires, then the parameters of populations."""
        wires = [*self.common, *(wire for wires in self.own for wire in wires)]
        cells = [getattr(cells, each.name) for cells in self.populations.values() for each in fields(Cells)]
        return [*(wire.values for wire in wires), *cells]

    @property
    def columns(self) -> int:
        """Numbers told of a sample: counts and voltages of every population of every copy."""
        return 2 * len(self.own) * sum(self.populations[name].neurons for name in self.about)

    def run(self, part: Batch, tensors: Sequence[Tensor]) -> Tensor:
        """What the network of these tensors does on a shard: [sample, column]."""
        given = iter(tensors)
        common = [replace(wire, values=next(given)) for wire in self.common]
        own = [[replace(wire, values=next(given)) for wire in wires] for wires in self.own]
        populations = {name: Cells(*(next(given) for _ in fields(Cells))) for name in self.populations}
        told = unsharded.answers_of_copies(
            part, self.inputs, populations, common, own, self.rule, self.readout, self.about
        )
        return torch.cat([each for copy in told for name in self.about for each in vars(copy[name]).values()], dim=1)


class _Sharded(torch.autograd.Function):
    """Keeps the graph of every shard from the forward to the backward pass."""

    @staticmethod
    def forward(ctx: Any, call: _Call, *tensors: Tensor) -> Tensor:
        needed = ctx.needs_input_grad[1:] if call.kept else [False] * len(tensors)
        leaves = [tensor.detach().requires_grad_(needs) for tensor, needs in zip(tensors, needed, strict=True)]
        with torch.set_grad_enabled(any(needed)):
            told = {number: call.run(part, leaves) for number, part in call.batch.shards.items()}
        ctx.call, ctx.told = call, told
        ctx.leaves = [leaf for leaf in leaves if leaf.requires_grad]
        ctx.save_for_backward(*tensors)  # so that a change of them before the backward pass is noticed
        like = leaves[-1].detach().new_empty((1, call.columns))
        own = {number: each.detach() for number, each in told.items()}
        return call.batch.ranks.joined_rows(own, len(call.batch.labels), like)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        leaves, tensors, ranks = ctx.leaves, ctx.saved_tensors, ctx.call.batch.ranks
        found = {}
        for number, told in ctx.told.items():
            slope = gradients[0][number :: ranks.shards]
            own = torch.autograd.grad(told, leaves, slope, allow_unused=True, materialize_grads=True)
            found[number] = torch.cat([each.flatten() for each in own])
        sizes = [leaf.numel() for leaf in leaves]
        summed = iter(torch.split(ranks.summed(found, sum(sizes), leaves[0]), sizes))
        needed = ctx.needs_input_grad[1:]
        return None, *(
            next(summed).view_as(each) if needs else None for each, needs in zip(tensors, needed, strict=True)
        )
