"""sampled_links: link weights by sampled types in one function, for the CPU; `Gumbel` tells what it computes."""

import math
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from targets.contracts.arrays import Array
from targets.contracts.jit import compiled


def sampled_links(types: Tensor, noise: Tensor | None, up: Tensor, down: Tensor, temperature: float) -> Tensor:
    """Weights [1 + direction, motif, post, pre]: up where a link is excitatory, -down where inhibitory, else 0.

    types  before the softmax, [1 + direction, post, pre, option]
    noise  [1 + direction, motif, post, pre, option], added to them; None for the most probable types
    up, down  magnitudes >= 0, [1 + direction, motif, post, pre]
    """
    links: Tensor = _Sampled.apply(types, noise, up, down, temperature)  # type: ignore[no-untyped-call]
    return links


class _Sampled(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, types: Tensor, noise: Tensor | None, up: Tensor, down: Tensor, temperature: float) -> Tensor:
        chosen = np.empty(up.shape, np.int8)
        soft = np.empty((*up.shape, 3) if ctx.needs_input_grad[0] else (0, 0, 0, 0, 3), up.numpy().dtype)
        given = types[:, None].expand(-1, up.shape[1], -1, -1, -1)
        scores = (given if noise is None else given + noise).contiguous().numpy()
        _choose(scores, temperature, chosen, soft)
        signs = torch.from_numpy(chosen)
        ctx.save_for_backward(up, down)
        ctx.chosen, ctx.soft, ctx.temperature = signs, soft, temperature
        return torch.where(signs > 0, up, torch.where(signs < 0, -down, torch.zeros_like(up)))

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        (gradient,), (up, down) = gradients, ctx.saved_tensors
        of_types = None
        if ctx.needs_input_grad[0]:
            slope = np.zeros((up.shape[0], *up.shape[2:], 3), up.numpy().dtype)
            _slope(ctx.soft, up.numpy(), down.numpy(), gradient.contiguous().numpy(), ctx.temperature, slope)
            of_types = torch.from_numpy(slope)
        zero = torch.zeros_like(gradient)
        of_up = torch.where(ctx.chosen > 0, gradient, zero) if ctx.needs_input_grad[2] else None
        of_down = torch.where(ctx.chosen < 0, -gradient, zero) if ctx.needs_input_grad[3] else None
        return of_types, None, of_up, of_down, None


@compiled(nogil=True)
def _choose(scores: Array, temperature: float, chosen: Array, soft: Array) -> None:
    """The type of every link, 1, -1 or 0, as `search.nas.relaxation.decided` has it; `soft` at the temperature."""
    groups, motifs, size = scores.shape[:3]
    wanted = len(soft) > 0
    best, where = np.empty(size, scores.dtype), np.empty(size, np.int64)
    for group in range(groups):
        for motif in range(motifs):
            kept = 0
            for post in range(size):
                for pre in range(size):
                    a, b = scores[group, motif, post, pre, 0], scores[group, motif, post, pre, 1]
                    c = scores[group, motif, post, pre, 2]
                    top = max(a, b, c)
                    option = 0 if a == top else 1 if b == top else 2
                    chosen[group, motif, post, pre] = 1 if option == 0 else -1 if option == 1 else 0
                    if wanted:
                        x, y = math.exp((a - top) / temperature), math.exp((b - top) / temperature)
                        z = math.exp((c - top) / temperature)
                        total = x + y + z
                        soft[group, motif, post, pre, 0] = x / total
                        soft[group, motif, post, pre, 1] = y / total
                        soft[group, motif, post, pre, 2] = z / total
                    if group and option < 2:  # from a neighbour: among the surest, or dropped
                        sure = scores.dtype.type(1) / (math.exp(a - top) + math.exp(b - top) + math.exp(c - top))
                        if kept == size and sure <= best[size - 1]:
                            chosen[group, motif, post, pre] = 0
                            continue
                        if kept == size:
                            last = where[size - 1]
                            chosen[group, motif, last // size, last % size] = 0
                        else:
                            kept += 1
                        place = kept - 1
                        while place and best[place - 1] < sure:
                            best[place], where[place] = best[place - 1], where[place - 1]
                            place -= 1
                        best[place], where[place] = sure, post * size + pre


@compiled(nogil=True)
def _slope(soft: Array, up: Array, down: Array, gradient: Array, temperature: float, slope: Array) -> None:
    """Add up over motifs what the types get through the softmax."""
    groups, motifs, size = up.shape[:3]
    for group in range(groups):
        for motif in range(motifs):
            for post in range(size):
                for pre in range(size):
                    g = gradient[group, motif, post, pre]
                    x, y = soft[group, motif, post, pre, 0], soft[group, motif, post, pre, 1]
                    z = soft[group, motif, post, pre, 2]
                    a, b = g * up[group, motif, post, pre], -g * down[group, motif, post, pre]
                    mean = x * a + y * b
                    slope[group, post, pre, 0] += x * (a - mean) / temperature
                    slope[group, post, pre, 1] += y * (b - mean) / temperature
                    slope[group, post, pre, 2] -= z * mean / temperature
