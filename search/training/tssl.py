"""TSSL-BP: gradients that pass a spike by its time, and a reset by the spike that caused it."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from search.training.neuron import Cells


@dataclass(frozen=True)
class TsslBp:
    """Gradient rule of temporal spike sequence learning, for any wiring, delays >= 1 and parameters per neuron.

    Forward, beside the neuron's own step (v before the reset, r the voltage it came from, after the last reset):
    ```
    p[t] = (1 - 1/tau_s) p[t-1] + s[t]             # PSP of the neuron times tau_s
    quiet[t] = p[t] < silent                       # published as PSP < 1 / (4 tau_s)
    rise[t] = v[t] - r[t]                          # increment of v
    ```
    Backward, t from the last step to the first; E[t] = dL/ds[t] is what autograd brings from all receivers and from
    a loss on spikes, A[t] is the gradient of v carried by the neuron itself, 0 after the last step:
    ```
    c    = clamp(1 / rise[t], 0, clamp)            # -dt/dv: a spike comes earlier, the higher v
    A[t] = c (E[t] + v[t] A[t+1] / tau_m)          # where s[t]: receivers, then the neuron's next spike by the reset
    A[t] = (1 - 1/tau_m) A[t+1]                    # where not
    G[t] = E[t] z (1 - z) / width  where quiet[t], z = sigmoid(clamp((v[t] - vth) / width, -8, 8));  else A[t]
    ```
    G[t] is the whole gradient of u[t] + b through the spikes: none of it goes back through v itself. A loss on
    voltages adds its own gradient by the chain rule, through v and u, no reset passing any.

    The published neuron filters the spikes of its senders to PSPs a_j, and its E[t] is the sum over k >= 0 of
    (1/tau_s) (1 - 1/tau_s)^k dL/da[t+k]. Here the receiver filters: u = R/tau_m * sum of W a, so the recursion of u
    brings that very sum within E[t], with the receiver's tau_s. With one tau_s, R = tau_m, vth = 1, b = 0 and a loss on
    PSPs the rule is the published one; u is kept at the reset in both. Ours are: delays of at least 1 and recurrence
    (published for feed-forward layers without delay), tau_m and tau_s per neuron (the PSP of `quiet` takes the
    neuron's own tau_s), the gain R / tau_m, vth and b, a loss on spikes or voltages. Of the parameters, R, tau_s, b and
    tau_m in the gain get gradients; vth and the leak of v get none through spikes.

    Source: W. Zhang and P. Li, "Temporal spike sequence learning via backpropagation for deep spiking neural networks",
    NeurIPS 2020; constants and the two cases of G from https://github.com/stonezwr/TSSL-BP.
    """

    clamp: float = 8.0
    width: float = 0.2
    silent: float = 0.25

    def start(self, zero: Tensor) -> tuple[Tensor, ...]:
        """The PSP p; what autograd carries back along it is A."""
        return (zero,)

    def fire(
        self, v: Tensor, rest: Tensor, inflow: Tensor, cells: Cells, carried: tuple[Tensor, ...]
    ) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Spikes, whose gradient reaches the inflow alone, and p."""
        spikes, psp = _Tssl.apply(inflow, *carried, v.detach(), rest.detach(), cells, self)  # type: ignore[no-untyped-call]
        return spikes, (psp,)


class _Tssl(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, inflow: Tensor, psp: Tensor, v: Tensor, rest: Tensor, cells: Cells, rule: TsslBp
    ) -> tuple[Tensor, Tensor]:
        above = v - cells.threshold
        fired = above > 0
        spikes = fired.to(v.dtype)
        psp = torch.addcmul(spikes, cells.keep_u, psp)
        ctx.save_for_backward(v, v - rest, above, fired, psp < rule.silent, cells.tau_m, cells.keep_v)
        ctx.rule = rule
        return spikes, psp

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        received, later = gradients
        v, rise, above, fired, quiet, tau_m, keep_v = ctx.saved_tensors
        rule: TsslBp = ctx.rule
        earlier = rise.reciprocal().clamp(0, rule.clamp)
        own = torch.where(fired, earlier * (received + v * later / tau_m), keep_v * later)
        z = (above / rule.width).clamp(-8, 8).sigmoid()
        whole = torch.where(quiet, received * z * (1 - z) / rule.width, own)
        return whole, own, None, None, None, None
