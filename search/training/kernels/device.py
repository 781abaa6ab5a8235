"""run: a network over time on any device; on a GPU by Triton kernels where they can, else by the plain loop."""

from collections.abc import Mapping, Sequence
from importlib.util import find_spec

import torch
from torch import Tensor

from search.training.kernels import loop
from search.training.kernels.loop import Delays, Trace, Wire, by_delay
from search.training.neuron import Cells, GradientRule, Surrogate

LARGEST = 2 << 12
"""Neurons of a population up to which one program runs a sample; a larger one is run by the plain loop."""


def run(
    inputs: Mapping[str, Tensor], populations: Mapping[str, Cells], wires: Sequence[Wire], rule: GradientRule
) -> dict[str, Trace]:
    """As `search.training.kernels.loop.run`."""
    order = _in_order(populations, wires)
    kinds = {cells.tau_s.device.type for cells in populations.values()}
    small = all(cells.neurons <= LARGEST for cells in populations.values())
    if order and small and kinds == {"cuda"} and type(rule) is Surrogate and find_spec("triton") is not None:
        return by_layers(inputs, populations, wires, rule, order)
    return loop.run(inputs, populations, wires, rule)


def by_layers(
    inputs: Mapping[str, Tensor],
    populations: Mapping[str, Cells],
    wires: Sequence[Wire],
    rule: Surrogate,
    order: Sequence[str],
) -> dict[str, Trace]:
    """One population after the other over all steps, in an order in which nobody but itself listens to a later one."""
    from search.training.kernels.triton_layer import layer

    told: dict[str, Trace] = {}
    for name in order:
        cells = populations[name]
        steps, samples, _ = next(iter(inputs.values())).shape
        drive = cells.tau_s.new_zeros(steps, samples, cells.neurons)
        own = [wire for wire in wires if wire.source == wire.target == name]
        away = [wire for wire in wires if wire.target == name and wire.source != name]
        for wire in away:
            heard = inputs[wire.source] if wire.source in inputs else told[wire.source].spikes
            for delay, part in by_delay(wire):
                if delay < steps:
                    current = heard[: steps - delay] @ (cells.gain[:, None] * part.weights).T
                    drive = drive + torch.cat([torch.zeros_like(drive[:delay]), current])
        ends, values = _links(own, cells)
        parameters = cells.keep_u, cells.keep_v, cells.bias, cells.threshold
        told[name] = Trace(*layer(drive, parameters, ends, values * cells.gain[ends[0]], rule.slope))
    return {name: told[name] for name in populations}


def _links(wires: Sequence[Wire], cells: Cells) -> tuple[tuple[Tensor, ...], Tensor]:
    """Post, pre, delay, int64 [link], and the weights of all links of some wires."""
    none = torch.zeros(0, dtype=torch.int64, device=cells.tau_s.device)
    parts, values = [(none, none, none)], [cells.tau_s.new_zeros(0)]
    for wire in wires:
        posts, pres = wire.size
        flat = torch.arange(posts * pres, device=none.device)
        if wire.places is not None:
            flat = wire.places.indices.flatten()
        there = torch.nonzero(flat < posts * pres)[:, 0]
        flat = flat[there]
        delay = wire.delay.steps.flatten()[there] if isinstance(wire.delay, Delays) else wire.delay
        parts.append((flat // pres, flat % pres, torch.zeros_like(flat) + delay))
        values.append(wire.values.flatten()[there])
    return tuple(torch.cat(each) for each in zip(*parts, strict=True)), torch.cat(values)


def _in_order(populations: Mapping[str, Cells], wires: Sequence[Wire]) -> list[str]:
    """Populations after all that they listen to, themselves apart; none where some listen to each other in a loop."""
    order: list[str] = []
    while len(order) < len(populations):
        waiting = [name for name in populations if name not in order]
        free = [
            name
            for name in waiting
            if not any(wire.target == name and wire.source != name and wire.source in waiting for wire in wires)
        ]
        if not free:
            return []
        order += free
    return order
