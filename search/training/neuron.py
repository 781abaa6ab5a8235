"""The float CUBA-LIF neuron in torch, and the surrogate gradient of its spike."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import torch
from torch import Tensor

from targets.contracts.dynamics import integrate, reset


@dataclass(frozen=True, eq=False)
class Cells:
    """Parameters of a population, one value per neuron: tensors [neuron] of one floating type, on one device.

    tau_s, tau_m  time constants in steps
    resistance    membrane resistance R
    threshold     spike where v is above
    bias          added to v in every step
    """

    tau_s: Tensor
    tau_m: Tensor
    resistance: Tensor
    threshold: Tensor
    bias: Tensor

    @property
    def neurons(self) -> int:
        """Number of neurons."""
        return self.tau_s.numel()

    @cached_property
    def gain(self) -> Tensor:
        """R / (tau_m * tau_s): what the weighted input is multiplied by."""
        return self.resistance / (self.tau_m * self.tau_s)

    @cached_property
    def keep_u(self) -> Tensor:
        """1 - 1/tau_s: what is left of the current after one step."""
        return 1 - 1 / self.tau_s

    @cached_property
    def keep_v(self) -> Tensor:
        """1 - 1/tau_m: what is left of the voltage after one step."""
        return 1 - 1 / self.tau_m


class GradientRule(Protocol):
    """How gradients pass the spikes of a population; `carried` is what a rule itself keeps from step to step."""

    def start(self, zero: Tensor) -> tuple[Tensor, ...]:
        """What is carried into the first step, given zeros [batch, neuron]."""

    def fire(
        self, v: Tensor, rest: Tensor, inflow: Tensor, cells: Cells, carried: tuple[Tensor, ...]
    ) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Spikes where v > vth, and what is carried on; v = (1 - 1/tau_m) rest + inflow, all [batch, neuron]."""


@dataclass(frozen=True)
class Surrogate:
    """Gradient rule: in every step ds/dv = 1 / (1 + slope |v - vth|)^2, as if the spike were smooth.

    Source: F. Zenke and S. Ganguli, "SuperSpike", Neural Computation 30 (2018).
    """

    slope: float

    def start(self, zero: Tensor) -> tuple[Tensor, ...]:
        """Nothing is carried."""
        return ()

    def fire(
        self, v: Tensor, rest: Tensor, inflow: Tensor, cells: Cells, carried: tuple[Tensor, ...]
    ) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Spikes that depend on nothing but v."""
        return spike(v - cells.threshold, self.slope), ()


@dataclass(frozen=True, eq=False)
class State:
    """What a population keeps between steps: current u, voltage v after the reset, and what the gradient rule keeps."""

    u: Tensor
    v: Tensor
    carried: tuple[Tensor, ...]

    @classmethod
    def zero(cls, batch: int, cells: Cells, rule: GradientRule) -> "State":
        """The state before the first step."""
        zero = cells.tau_s.new_zeros(batch, cells.neurons)
        return cls(zero, zero, rule.start(zero))


def step(state: State, drive: Tensor, cells: Cells, rule: GradientRule) -> tuple[State, Tensor, Tensor]:
    """One step of `targets.contracts.dynamics`: (state, v before the reset, spikes), tensors [batch, neuron].

    `drive` is already multiplied by the gain. The reset passes no gradient.
    """
    u, inflow, v = integrate(state.u, state.v, drive, cells.bias, cells.keep_u, cells.keep_v, torch.addcmul)
    s, carried = rule.fire(v, state.v, inflow, cells, state.carried)
    return State(u, reset(v, s.detach(), cells.threshold), carried), v, s


def spike(above: Tensor, slope: float) -> Tensor:
    """1 where v - vth = `above` is positive, else 0; in the backward pass as `Surrogate` says."""
    spikes: Tensor = _Spike.apply(above, slope)  # type: ignore[no-untyped-call]
    return spikes


class _Spike(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, above: Tensor, slope: float) -> Tensor:
        ctx.save_for_backward(above)
        ctx.slope = slope
        return (above > 0).to(above.dtype)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        (above,) = ctx.saved_tensors
        return gradients[0] / (1 + ctx.slope * above.abs()).square(), None
