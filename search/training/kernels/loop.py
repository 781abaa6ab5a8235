"""The network run over time, step by step, in plain torch: the oracle of every faster kernel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from search.training.links import dense_matrix
from search.training.neuron import Cells, GradientRule, State, step


@dataclass(frozen=True, eq=False)
class Places:
    """Where stored weights stand in a matrix [post, pre]: see `search.training.links.flat_indices`."""

    indices: Tensor
    size: tuple[int, int]


@dataclass(frozen=True, eq=False)
class Wire:
    """Synapses from an input or population to a population; a spike at t arrives at t + delay.

    values  the matrix [post, pre] of weights or, with `places`, weights of any shape that stand there
    """

    source: str
    target: str
    values: Tensor
    delay: int = 1
    places: Places | None = None

    @property
    def weights(self) -> Tensor:
        """The matrix [post, pre]; links with the same ends add up."""
        return self.values if self.places is None else dense_matrix(self.values, self.places.indices, self.places.size)

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns of the matrix."""
        posts, pres = self.values.shape if self.places is None else self.places.size
        return posts, pres


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
    u[t] = (1 - 1/tau_s) u[t-1] + g * sum over wires of W s[t - delay]        g = R / (tau_m tau_s)
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
    for wire in wires:
        if wire.target == target and wire.source in inputs:
            current = inputs[wire.source] @ (cells.gain[:, None] * wire.weights).T
            late = torch.cat([torch.zeros_like(current[: wire.delay]), current[: -wire.delay]])
            total = late if total is None else total + late
    return () if total is None else total.unbind(0)


def _inner(
    wires: Sequence[Wire], cells: Cells, target: str, inputs: Mapping[str, Tensor]
) -> list[tuple[str, int, Tensor]]:
    """(source, delay, weights [pre, post] times the gain) of the wires from populations; same ends are summed."""
    summed: dict[tuple[str, int], Tensor] = {}
    for wire in wires:
        if wire.target == target and wire.source not in inputs:
            key = wire.source, wire.delay
            summed[key] = summed[key] + wire.weights if key in summed else wire.weights
    return [(source, delay, (cells.gain[:, None] * weights).T) for (source, delay), weights in summed.items()]
