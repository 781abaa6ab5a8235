"""The network run over time, by fused kernels where they can and else by the plain loop."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from search.data.loader import Batch
from search.training.kernels.device import run
from search.training.kernels.fused import summed, traced
from search.training.kernels.loop import Trace, Wire
from search.training.neuron import Cells, GradientRule, Surrogate
from search.training.tssl import TsslBp


@dataclass(frozen=True, eq=False)
class Summary:
    """What a population did in the steps that count: its spikes and its mean voltage before the reset.

    Both are [batch, neuron].
    """

    counts: Tensor
    voltages: Tensor


Told = Trace | Summary
"""What is told of a population that ran on a batch."""


def summaries(
    batch: Batch,
    inputs: Collection[str],
    populations: Mapping[str, Cells],
    wires: Sequence[Wire],
    rule: GradientRule,
    about: Collection[str] | None = None,
) -> dict[str, Summary]:
    """Run a network on a batch, which all its inputs hear; as `search.training.kernels.loop.run` has it.

    Told `about` are these populations, or all of them.
    """
    return summaries_of_copies(batch, inputs, populations, wires, [[]], rule, about)[0]


def summaries_of_copies(
    batch: Batch,
    inputs: Collection[str],
    populations: Mapping[str, Cells],
    common: Sequence[Wire],
    own: Sequence[Sequence[Wire]],
    rule: GradientRule,
    about: Collection[str] | None = None,
) -> list[dict[str, Summary]]:
    """Run several networks on a batch that share all but their `own` wires; the same as one after the other."""
    about = populations if about is None else about
    if not fits(populations, [*common, *(wire for wires in own for wire in wires)], rule):
        copies = [_by_loop(batch, inputs, populations, [*common, *wires], rule) for wires in own]
        return [{name: told for name, told in copy.items() if name in about} for copy in copies]
    told = summed(batch, populations, common, own, rule, about)
    return [{name: Summary(*both) for name, both in copy.items()} for copy in told]


def traces(
    batch: Batch,
    inputs: Collection[str],
    populations: Mapping[str, Cells],
    wires: Sequence[Wire],
    rule: GradientRule,
) -> dict[str, Trace]:
    """Run a network on a batch and tell of every step."""
    return traces_of_copies(batch, inputs, populations, wires, [[]], rule)[0]


def traces_of_copies(
    batch: Batch,
    inputs: Collection[str],
    populations: Mapping[str, Cells],
    common: Sequence[Wire],
    own: Sequence[Sequence[Wire]],
    rule: GradientRule,
    about: Collection[str] | None = None,
) -> list[dict[str, Trace]]:
    """As `summaries_of_copies`, but telling of every step."""
    about = populations if about is None else about
    if not fits(populations, [*common, *(wire for wires in own for wire in wires)], rule):
        heard = _heard(batch, inputs, populations)
        copies = [run(heard, populations, [*common, *wires], rule) for wires in own]
        return [{name: told for name, told in copy.items() if name in about} for copy in copies]
    told = traced(batch, populations, common, own, rule, about)
    return [{name: Trace(*both) for name, both in copy.items()} for copy in told]


def fits(populations: Mapping[str, Cells], wires: Sequence[Wire], rule: GradientRule) -> bool:
    """Whether the kernels can run this: on the CPU, all numbers of one floating type, by a rule they know.

    Second derivatives are the one thing they do not have; nothing here asks for any.
    """
    tensors = [getattr(cells, key) for cells in populations.values() for key in Cells.__annotations__]
    tensors += [wire.values for wire in wires]
    kind = tensors[0].dtype if tensors else None
    alike = all(tensor.dtype is kind and tensor.is_cpu for tensor in tensors)
    return alike and kind in (torch.float32, torch.float64) and type(rule) in (Surrogate, TsslBp)


def summarized(told: Told, batch: Batch) -> Summary:
    """The summary of a trace; a summary as it is."""
    if isinstance(told, Summary):
        return told
    return Summary((told.spikes * batch.mask).sum(0), (told.voltages * batch.mask).sum(0) / batch.steps)


def _by_loop(
    batch: Batch,
    inputs: Collection[str],
    populations: Mapping[str, Cells],
    wires: Sequence[Wire],
    rule: GradientRule,
) -> dict[str, Summary]:
    told = run(_heard(batch, inputs, populations), populations, wires, rule)
    return {name: summarized(trace, batch) for name, trace in told.items()}


def _heard(batch: Batch, inputs: Collection[str], populations: Mapping[str, Cells]) -> dict[str, Tensor]:
    dtype = next(iter(populations.values())).tau_s.dtype
    return dict.fromkeys(inputs, batch.spikes.to(dtype))
