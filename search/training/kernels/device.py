"""run: a network over time on any device; on a GPU by Triton kernels where they know the rule, else by the plain loop.

All of what follows is once differentiable where the kernels run.
"""

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from search.training.kernels import loop
from search.training.kernels.layout import Rule
from search.training.kernels.loop import Trace, Wire, by_delay
from search.training.kernels.stages import links_of, stages
from search.training.neuron import Cells, GradientRule, Surrogate
from search.training.tssl import TsslBp

if TYPE_CHECKING:
    from search.training.kernels.triton_layer import Sizes


def run(
    inputs: Mapping[str, Tensor], populations: Mapping[str, Cells], wires: Sequence[Wire], rule: GradientRule
) -> dict[str, Trace]:
    """As `search.training.kernels.loop.run`."""
    tensors = [*inputs.values(), *(wire.values for wire in wires)]
    tensors += [getattr(cells, key) for cells in populations.values() for key in Cells.__annotations__]
    kinds = {(tensor.device.type, tensor.dtype) for tensor in tensors}
    known = kinds in ({("cuda", torch.float32)}, {("cuda", torch.float64)}) and type(rule) in (Surrogate, TsslBp)
    if known and find_spec("triton") is not None:
        return by_stages(inputs, populations, wires, rule)
    return loop.run(inputs, populations, wires, rule)


def by_stages(
    inputs: Mapping[str, Tensor],
    populations: Mapping[str, Cells],
    wires: Sequence[Wire],
    rule: GradientRule,
    sizes: "Sizes | None" = None,
) -> dict[str, Trace]:
    """One stage after the other over all steps: see `search.training.kernels.stages`."""
    from search.training.kernels.triton_layer import Sizes, layer

    told: dict[str, Trace] = {}
    for names in stages(populations, wires):
        cells = [populations[name] for name in names]
        own = [wire for wire in wires if wire.source in names and wire.target in names]
        heard = {**inputs, **{name: trace.spikes for name, trace in told.items()}}
        away = [wire for wire in wires if wire.target in names and wire.source not in names]
        drive = torch.cat([_driven(name, populations[name], heard, away) for name in names], -1)
        links = links_of([(name, populations[name].neurons) for name in names], own, drive.device)
        values = torch.cat([drive.new_zeros(0), *(wire.values.flatten() for wire in own)])
        weights = values[links.value] * torch.cat([each.gain for each in cells])[links.post]
        parameters = tuple(
            torch.cat([getattr(each, key) for each in cells]) for key in ("keep_u", "keep_v", "bias", "threshold")
        )
        both = layer(drive, parameters, links, weights, Rule.of(rule), sizes or Sizes())
        parts = (torch.split(each, [cell.neurons for cell in cells], -1) for each in both)
        told |= {name: Trace(*trace) for name, *trace in zip(names, *parts, strict=True)}
    return {name: told[name] for name in populations}


def _driven(target: str, cells: Cells, heard: Mapping[str, Tensor], wires: Sequence[Wire]) -> Tensor:
    """What arrives at a population from outside its stage, times the gain, [time, sample, neuron]."""
    steps, samples, _ = next(iter(heard.values())).shape
    drive = cells.tau_s.new_zeros(steps, samples, cells.neurons)
    for wire in wires:
        for delay, part in by_delay(wire) if wire.target == target else ():
            if delay < steps:
                current = heard[wire.source][: steps - delay] @ (cells.gain[:, None] * part.weights).T
                drive = drive + torch.cat([torch.zeros_like(drive[:delay]), current])
    return drive
