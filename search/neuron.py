"""The float CUBA-LIF step in torch and the surrogate gradient of its spike."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch import Tensor


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


def step(u: Tensor, v: Tensor, drive: Tensor, cells: Cells, slope: float) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """One time step; returns (u, v before the reset, spikes, v after the reset), all [batch, neuron].

    ```
    u = (1 - 1/tau_s) u + drive          # drive = g * sum of weighted spikes, already multiplied by the gain
    v = (1 - 1/tau_m) v + u + bias
    s = v > vth
    v = 0 where s;  u is kept            # the reset passes no gradient
    ```
    """
    u = torch.addcmul(drive, cells.keep_u, u)
    v = torch.addcmul(u + cells.bias, cells.keep_v, v)
    s = spike(v - cells.threshold, slope)
    return u, v, s, v * (1 - s.detach())


def spike(above: Tensor, slope: float) -> Tensor:
    """1 where v - vth = `above` is positive, else 0; in the backward pass ds/dv = 1 / (1 + slope |v - vth|)^2.

    Source of the surrogate: F. Zenke and S. Ganguli, "SuperSpike", Neural Computation 30 (2018).
    """
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
