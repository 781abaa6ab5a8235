"""layer: neurons with links among themselves over all steps, forward and backward, as Triton kernels for a GPU."""

from dataclasses import dataclass
from typing import Any

import torch
import triton
from torch import Tensor
from torch.autograd.function import once_differentiable

from search.training.kernels import triton_kernels as kernels
from search.training.kernels.layout import Rule
from search.training.kernels.stages import Links

_LINKS = 128
_ROWS = 256
"""Steps x samples of which one program adds up the gradient of `_LINKS` links."""
_U, _V, _CARRIED = 4, 5, 6


@dataclass(frozen=True)
class Sizes:
    """How neurons are shared out.

    alone  neurons up to which one program runs a sample from its first step to its last, in one launch
    block  neurons of a program where several run a sample: then a launch is as many steps as the shortest delay, and
           all launches of a pass are one CUDA graph
    """

    alone: int = 1 << 13
    block: int = 1 << 10


def layer(
    drive: Tensor, cells: tuple[Tensor, ...], links: Links, weights: Tensor, rule: Rule, sizes: Sizes
) -> tuple[Tensor, Tensor]:
    """Spikes, and voltages before the reset: two tensors [time, sample, neuron].

    drive    what arrives from elsewhere, times the gain, [time, sample, neuron]
    cells    keep_u, keep_v, bias, threshold [neuron]
    weights  of the links in the order in which they arrive, times the gain, [link]

    Differentiable once in drive, cells and weights; of the rule `TsslBp`, in what that rule has a gradient of.
    """
    told: tuple[Tensor, Tensor] = _Layer.apply(drive, *cells, weights, links, rule, sizes)  # type: ignore[no-untyped-call]
    return told


class _Layer(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, *given: Any) -> tuple[Tensor, Tensor]:
        *numbers, links, rule, sizes = given
        drive, *cells, weights = (each.contiguous() for each in numbers)
        launches = _Launches(links, rule, sizes, *drive.shape)
        spikes, voltages, quiet = launches.run("forward", launches.forward, (drive, *cells, weights))
        ctx.save_for_backward(*cells, weights, voltages, quiet, spikes)
        ctx.launches = launches
        return spikes, voltages

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        *cells, weights, voltages, quiet, spikes = ctx.saved_tensors
        launches: _Launches = ctx.launches
        away, both = weights[launches.links.out_link], (each.contiguous() for each in gradients)
        of_u, state = launches.run("backward", launches.backward, (*cells, away, voltages, quiet, *both))
        asked = ctx.needs_input_grad[5]
        return of_u, *state[:_U].sum(1), launches.of_weights(spikes, of_u) if asked else None, None, None, None


@dataclass(frozen=True)
class _Launches:
    """The launches of a pass over so many steps, samples and neurons."""

    links: Links
    rule: Rule
    sizes: Sizes
    steps: int
    samples: int
    neurons: int

    @property
    def whole(self) -> bool:
        """Whether one program runs a sample."""
        return self.links.shortest > 0 and self.neurons <= self.sizes.alone

    @property
    def windows(self) -> list[tuple[int, int]]:
        """First step and number of steps of every launch."""
        most = self.steps if self.whole or not self.links.shortest else self.links.shortest
        return [(first, min(most, self.steps - first)) for first in range(0, self.steps, max(most, 1))]

    @property
    def grid(self) -> tuple[int, int]:
        """Programs by sample and by neurons."""
        return self.samples, 1 if self.whole else triton.cdiv(self.neurons, self.sizes.block)

    @property
    def constants(self) -> dict[str, Any]:
        """What every launch is told by name."""
        block = triton.next_power_of_2(max(self.neurons, 16)) if self.whole else self.sizes.block
        shape = {"samples": self.samples, "neurons": self.neurons}
        return {**shape, "TSSL": self.rule.tssl, "BLOCK": block, "num_warps": min(max(block // 128, 1), 32)}

    def run(self, name: str, launch: Any, given: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """What the launches tell; as a graph where they are several."""
        with torch.cuda.device_of(given[0]):  # type: ignore[no-untyped-call]
            if len(self.windows) < 2:
                return tuple(launch(*given))
            return self.links.graphs.run((name, self.rule, self.sizes), launch, given)

    def forward(self, drive: Tensor, *given: Tensor) -> tuple[Tensor, ...]:
        """Spikes, voltages and, for `TsslBp`, where it takes its surrogate, [time, sample, neuron]."""
        *cells, weights = given
        spikes, voltages = torch.empty_like(drive), torch.empty_like(drive)
        quiet = torch.empty(drive.shape if self.rule.tssl else (0,), dtype=torch.int8, device=drive.device)
        state = drive.new_empty(3 if self.rule.tssl else 2, self.samples, self.neurons)
        ends = self.links.first, self.links.other, self.links.delay
        for begin, count in self.windows:
            kernels.forward[self.grid](
                *(drive, *cells, *ends, weights, spikes, voltages, quiet, state),
                **{"begin": begin, "count": count, "silent": self.rule.silent, **self.constants},
            )
        return spikes, voltages, quiet

    def backward(self, *given: Tensor) -> tuple[Tensor, ...]:
        """The gradient of u [time, sample, neuron]; those of cells and what was carried, [7, sample, neuron]."""
        *cells, away, voltages, quiet, of_spikes, of_voltages = given
        of_u, state = torch.empty_like(voltages), voltages.new_zeros(_CARRIED + 1, self.samples, self.neurons)
        ends = self.links.out_first, self.links.out_other, self.links.out_delay
        rule = {"slope": self.rule.slope, "clamp": self.rule.clamp, "width": self.rule.width}
        for begin, count in reversed(self.windows):
            kernels.backward[self.grid](
                *(*cells, *ends, away, voltages, quiet, of_spikes, of_voltages, of_u, state),
                **{"last": begin + count - 1, "count": count, "steps": self.steps, **rule, **self.constants},
            )
        return of_u, state

    def of_weights(self, spikes: Tensor, of_u: Tensor) -> Tensor:
        """The gradient of the weights of all links."""
        ends, rows = (self.links.post, self.links.other, self.links.delay), self.steps * self.samples
        count = ends[0].numel()
        parts = of_u.new_zeros(triton.cdiv(rows, _ROWS), count)
        if parts.numel():
            with torch.cuda.device_of(of_u):  # type: ignore[no-untyped-call]
                kernels.of_links[(triton.cdiv(count, _LINKS), len(parts))](
                    *(*ends, spikes, of_u, parts, rows, self.samples, self.neurons, count), LINKS=_LINKS, ROWS=_ROWS
                )
        return parts.sum(0)
