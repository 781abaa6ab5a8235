"""The network run over time, step by step, in plain torch: the oracle of every faster kernel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import torch
from torch import Tensor

from search.training.links import dense_matrix
from search.training.neuron import Cells, GradientRule, State, step
from targets.contracts.errors import InputError


@dataclass(frozen=True, eq=False)
class Places:
    """Where stored weights stand in a matrix [post, pre]: see `search.training.links.flat_indices`."""

    indices: Tensor
    size: tuple[int, int]


@dataclass(frozen=True, eq=False)
class Delays:
    """Steps that a spike takes along every link of a wire, at least 1; int64, of the shape of its weights.

    What does not change with weights is planned once for the same object, so keep it from call to call.
    """

    steps: Tensor

    def __post_init__(self) -> None:
        least = self.steps.min().item() if self.steps.numel() else 1
        if self.steps.dtype != torch.int64 or least < 1:
            raise InputError(
                f"delays of links are {self.steps.dtype}, the least of them {least:g}; give int64 from 1 step on."
            )

    @classmethod
    def of_neurons(cls, steps: Tensor, sources: int) -> "Delays":
        """Of a matrix [post, pre] all links to a neuron of which take as long: from `steps` int64 [post]."""
        return cls(steps[:, None].expand(-1, sources))

    @cached_property
    def of_rows(self) -> Tensor | None:
        """The delay of every neuron, int64 [post], where this is a matrix that has one for each; else None."""
        if self.steps.dim() != 2 or not self.steps.shape[1] or (self.steps != self.steps[:, :1]).any():
            return None
        return self.steps[:, 0]


@dataclass(frozen=True, eq=False)
class Wire:
    """Synapses from an input or population to a population; a spike at t arrives at t + delay.

    values  the matrix [post, pre] of weights or, with `places`, weights of any shape that stand there
    delay   of all of them, at least 1, or of each
    """

    source: str
    target: str
    values: Tensor
    delay: int | Delays = 1
    places: Places | None = None

    def __post_init__(self) -> None:
        if isinstance(self.delay, Delays) and self.delay.steps.shape != self.values.shape:
            raise InputError(
                f"a wire from {self.source!r} to {self.target!r} has weights {tuple(self.values.shape)} and delays "
                f"{tuple(self.delay.steps.shape)}; give one delay for each weight."
            )

    @property
    def weights(self) -> Tensor:
        """The matrix [post, pre]; links with the same ends add up."""
        return self.values if self.places is None else dense_matrix(self.values, self.places.indices, self.places.size)

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns of the matrix."""
        posts, pres = self.values.shape if self.places is None else self.places.size
        return posts, pres

    @property
    def few(self) -> bool:
        """Whether it is a list of links at less than a quarter of the places of its matrix."""
        return self.places is not None and 4 * self.values.numel() < self.size[0] * self.size[1]


def by_delay(wire: Wire) -> "list[tuple[int, Wire]]":
    """Every delay of a wire, with the wire whose links of other delays weigh nothing."""
    if not isinstance(wire.delay, Delays):
        return [(wire.delay, wire)]
    steps, none = wire.delay.steps, wire.values.new_zeros(())
    delays: list[int] = torch.unique(steps).tolist()
    return [
        (delay, replace(wire, values=torch.where(steps == delay, wire.values, none), delay=delay)) for delay in delays
    ]


@dataclass(frozen=True, eq=False)
class Trace:
    """What a population did: spikes and the voltages before the reset, both [time, batch, neuron]."""

    spikes: Tensor
    voltages: Tensor


def run(
    inputs: Mapping[str, Tensor], populations: Mapping[str, Cells], wires: Sequence[Wire], rule: GradientRule
) -> dict[str, Trace]:
    """Run all populations from zero state and empty delay buffers over the length of the inputs [time, batch, neuron].

    ```
    u[t] = (1 - 1/tau_s) u[t-1] + g * sum over links of w s[t - delay]        g = R / (tau_m tau_s)
    v[t] = (1 - 1/tau_m) v[t-1] + u[t] + b
    s[t] = v[t] > vth;   v[t] = 0 where s[t];   u is kept
    ```
    Delays are >= 1, so the order of populations does not matter; any of them may be recurrent. Differentiable in
    weights and parameters, the spike by the gradient rule given.
    """
    steps, batch, _ = next(iter(inputs.values())).shape
    outside = {name: _projected(inputs, cells, wires, name) for name, cells in populations.items()}
    inside = {name: _inner(wires, cells, name, inputs) for name, cells in populations.items()}
    zero = {name: cells.tau_s.new_zeros(batch, cells.neurons) for name, cells in populations.items()}
    states = {name: State.zero(batch, cells, rule) for name, cells in populations.items()}
    spikes: dict[str, list[Tensor]] = {name: [] for name in populations}
    voltages: dict[str, list[Tensor]] = {name: [] for name in populations}
    for t in range(steps):
        for name, cells in populations.items():
            drive = outside[name][t] if outside[name] else zero[name]
            for source, delay, weights in inside[name]:
                if t >= delay:
                    drive = torch.addmm(drive, spikes[source][t - delay], weights)
            states[name], before, s = step(states[name], drive, cells, rule)
            spikes[name].append(s)
            voltages[name].append(before)
    return {name: Trace(torch.stack(spikes[name]), torch.stack(voltages[name])) for name in populations}


def _projected(inputs: Mapping[str, Tensor], cells: Cells, wires: Sequence[Wire], target: str) -> tuple[Tensor, ...]:
    """What the inputs add to the current in every step, one tensor [batch, neuron] per step; empty without inputs.

    One matrix product per wire over the whole sequence, then `unbind`: indexing [t] in the loop would make autograd
    fill a whole zero sequence in every step.
    """
    total: Tensor | None = None
    heard = [wire for wire in wires if wire.target == target and wire.source in inputs]
    for wire in heard:
        for delay, part in by_delay(wire):
            current = inputs[wire.source] @ (cells.gain[:, None] * part.weights).T
            late = torch.cat([torch.zeros_like(current[:delay]), current[:-delay]])
            total = late if total is None else total + late
    return () if total is None else total.unbind(0)


def _inner(
    wires: Sequence[Wire], cells: Cells, target: str, inputs: Mapping[str, Tensor]
) -> list[tuple[str, int, Tensor]]:
    """(source, delay, weights [pre, post] times the gain) of the wires from populations; same ends are summed."""
    summed: dict[tuple[str, int], Tensor] = {}
    heard = [wire for wire in wires if wire.target == target and wire.source not in inputs]
    for wire in heard:
        for delay, part in by_delay(wire):
            key = wire.source, delay
            summed[key] = summed[key] + part.weights if key in summed else part.weights
    return [(source, delay, (cells.gain[:, None] * weights).T) for (source, delay), weights in summed.items()]
