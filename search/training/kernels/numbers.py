"""Numbers: a plan with the parameters, weights and ports of its stages, and the way back from their gradients."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from search.training.kernels.events import COLUMNS
from search.training.kernels.lanes import REGISTER
from search.training.kernels.layout import Cells, Rule
from search.training.kernels.plan import Bundle, Plan, Stage
from search.training.kernels.room import blank, room
from targets.contracts.arrays import Array

PARAMETERS = ("gain", "keep_u", "keep_v", "bias", "threshold")
"""Of every population, in the order in which they are handed over and in which their gradients come back."""


@dataclass(frozen=True, eq=False)
class Numbers:
    """What the kernels of a plan compute with.

    names    populations in the order of `parameters`, of which each has five (`PARAMETERS`), [neuron]
    values   stored weights of every wire; a matrix [post, pre] unless it lies within a stage
    cells    parameters of all copies, by stage
    weights  [link] by stage, times the gain
    ports    as `layout.Port.weights`, by stage, times the gain; without rows where there is no port
    """

    plan: Plan
    names: tuple[str, ...]
    values: tuple[Tensor, ...]
    parameters: tuple[Tensor, ...]
    rule: Rule
    cells: tuple[Cells, ...]
    weights: tuple[Array, ...]
    ports: tuple[Array, ...]

    @classmethod
    def of(
        cls, plan: Plan, names: tuple[str, ...], values: Sequence[Tensor], parameters: Sequence[Tensor], rule: Rule
    ) -> "Numbers":
        """From the tensors of a call, which are taken as they are now."""
        values, parameters = (tuple(each.detach() for each in tensors) for tensors in (values, parameters))
        made = cls(plan, names, values, parameters, rule, (), (), ())
        cells, weights, ports = [], [], []
        for stage in plan.stages:
            own = (made.parameter(stage, key).numpy() for key in PARAMETERS[1:])
            cells.append(Cells(*(np.tile(each, plan.copies) for each in own)))
            weights.append(made.together[stage.links.value] * made.gain(stage)[stage.links.post])
            ports.append(_table(made, stage))
        return cls(plan, names, values, parameters, rule, tuple(cells), tuple(weights), tuple(ports))

    @cached_property
    def together(self) -> Array:
        """All stored weights in a row."""
        parts = [value.numpy().reshape(-1) for value in self.values]
        return np.concatenate(parts) if parts else np.zeros(0, self.parameters[0].numpy().dtype)

    @property
    def dtype(self) -> np.dtype[np.generic]:
        """The floating type of everything."""
        return self.parameters[0].numpy().dtype

    def parameter(self, stage: Stage, key: str) -> Tensor:
        """A parameter of all neurons of one copy of a stage."""
        place = PARAMETERS.index(key)
        own = [self.parameters[len(PARAMETERS) * self.names.index(name) + place] for name in stage.members]
        return own[0] if len(own) == 1 else torch.cat(own)

    def gain(self, stage: Stage) -> Array:
        """What the weights are multiplied by, [neuron of one copy]."""
        return self.parameter(stage, "gain").numpy()

    def matrix(self, stage: Stage, bundle: Bundle) -> Tensor:
        """Weights [post, pre] of a bundle times the gain."""
        gain = self.parameter(stage, "gain")[slice(*bundle.post)]
        return gain[:, None] * self.values[bundle.wire]


@dataclass(frozen=True, eq=False)
class Gradients:
    """What is added up over the blocks of a batch, all by stage; without rows where nobody asks.

    links    [link, 16], to be summed over the 16
    ports    in the shape of the weights of the port
    cells    keep_u, keep_v, bias, threshold: [neuron, 16] of all copies, to be summed over the 16 and the copies
    bundles  [post, pre] by wire
    gains    whether those of the gain are asked for
    """

    links: tuple[Array, ...]
    ports: tuple[Array, ...]
    cells: tuple[tuple[Array, ...], ...]
    bundles: dict[int, Tensor]
    gains: bool

    @classmethod
    def zero(cls, numbers: Numbers, wanted: Sequence[bool]) -> "Gradients":
        """Before the first block; `wanted` tells of every wire, then of every parameter, whether it has a gradient."""
        wires, parameters = wanted[: len(numbers.values)], wanted[len(numbers.values) :]
        gains = any(parameters[:: len(PARAMETERS)])
        inside = any(wires) or gains
        tuned = [any(parameters[k :: len(PARAMETERS)]) for k in range(1, len(PARAMETERS))]
        links, ports, cells, bundles = [], [], [], {}
        for stage, weights, table in zip(numbers.plan.stages, numbers.weights, numbers.ports, strict=True):
            read = stage.port is not None and (gains or any(wires[wire] for wire, _ in stage.port[1]))
            links.append(blank((len(weights) if inside else 0, REGISTER), numbers.dtype))
            ports.append(blank(table.shape, numbers.dtype) if read else table[:0])
            rows = stage.neurons * numbers.plan.copies
            cells.append(tuple(blank((rows if each else 0, REGISTER), numbers.dtype) for each in tuned))
            for bundle in stage.bundles:
                if wires[bundle.wire] or gains:
                    bundles[bundle.wire] = torch.zeros_like(numbers.values[bundle.wire])
        return cls(tuple(links), tuple(ports), tuple(cells), bundles, gains)

    def by_tensor(self, numbers: Numbers) -> list[Tensor]:
        """Of every wire, then of every parameter, in their shapes."""
        together = numbers.together
        of_values = np.zeros_like(together)
        starts = np.cumsum([0, *(value.numel() for value in numbers.values)])
        of_parameters = []
        by_stage = []
        for k, stage in enumerate(numbers.plan.stages):
            gain = numbers.gain(stage)
            of_gain = np.zeros(stage.neurons, numbers.dtype)
            if len(self.links[k]):
                summed = self.links[k].sum(1)
                _add(of_values, stage.links.value, summed * gain[stage.links.post], stage.links.alone)
                if self.gains:
                    _add(of_gain, stage.links.post, summed * together[stage.links.value], False)
            if len(self.ports[k]) and stage.port is not None:
                table = _untabled(self.ports[k], stage.neurons)
                for wire, first in stage.port[1]:
                    matrix = numbers.values[wire].numpy()
                    rows = slice(first, first + len(matrix))
                    of_values[starts[wire] : starts[wire + 1]] = (table[rows] * gain[rows, None]).reshape(-1)
                    if self.gains:
                        of_gain[rows] += np.einsum("ij,ij->i", table[rows], matrix)
            for bundle in stage.bundles:
                if bundle.wire in self.bundles:
                    slope, rows = self.bundles[bundle.wire].numpy(), slice(*bundle.post)
                    of_values[starts[bundle.wire] : starts[bundle.wire + 1]] = (slope * gain[rows, None]).reshape(-1)
                    if self.gains:
                        of_gain[rows] += np.einsum("ij,ij->i", slope, numbers.values[bundle.wire].numpy())
            own = (each.sum(1).reshape(-1, stage.neurons).sum(0) for each in self.cells[k])
            by_stage.append([of_gain, *own])
        for name in numbers.names:
            number = numbers.plan.stage_of(name)
            first, count = numbers.plan.stages[number].members[name]
            of_parameters += [torch.from_numpy(each[first : first + count].copy()) for each in by_stage[number]]
        parts = [
            torch.from_numpy(of_values[first:end]).view(value.shape)
            for value, first, end in zip(numbers.values, starts[:-1], starts[1:], strict=True)
        ]
        return [*parts, *of_parameters]


def _add(to: Array, places: Array, values: Array, alone: bool) -> None:
    """Add values to places, no two of which are the same where they are `alone`."""
    if alone:
        to[places] += values
    else:
        to += np.bincount(places, values, len(to)).astype(to.dtype)


def _table(numbers: Numbers, stage: Stage) -> Array:
    """The weights of a port, a piece of 64 neurons after the other."""
    if stage.port is None:
        return np.zeros((0, COLUMNS), numbers.dtype)
    wires, gain = stage.port[1], numbers.gain(stage)
    channels = numbers.values[wires[0][0]].shape[1]
    table = np.zeros((-(-stage.neurons // COLUMNS) * COLUMNS, channels), numbers.dtype)
    for wire, first in wires:
        matrix = numbers.values[wire].numpy()
        rows = slice(first, first + len(matrix))
        np.multiply(matrix, gain[rows, None], out=table[rows])
    pieces = table.reshape(-1, COLUMNS, channels).swapaxes(1, 2)
    made = room(pieces.shape, numbers.dtype)
    made[...] = pieces
    return made.reshape(-1, COLUMNS)


def _untabled(table: Array, neurons: int) -> Array:
    """A matrix [neuron, channel] from the form of `_table`."""
    pieces = -(-neurons // COLUMNS)
    return table.reshape(pieces, -1, COLUMNS).swapaxes(1, 2).reshape(pieces * COLUMNS, -1)[:neurons]
