"""Adam and AdamW: the optimizer of weights and of architecture parameters."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

_SMALLEST = 1e-8
"""Added to the square root, epsilon."""


@dataclass(frozen=True, eq=False)
class Moments:
    """What is kept of a parameter: steps so far, mean of its gradients, mean of their squares."""

    step: int
    mean: Tensor
    square: Tensor


@dataclass(frozen=True, eq=False)
class Adam:
    """Parameters that follow their gradients.

    ```
    p      -= rate * decay * p                            # AdamW; Adam has decay 0
    mean    = beta_1 mean + (1 - beta_1) g
    square  = beta_2 square + (1 - beta_2) g^2
    p      -= rate / (1 - beta_1^n) * mean / (sqrt(square) / sqrt(1 - beta_2^n) + 1e-8)        # at the nth step
    ```
    Every operation is that of `torch.optim.AdamW` on a CPU, so that the results are equal to the last bit; importing
    that one's wrappers takes a second of every process. A parameter without a gradient stays as it is.

    Sources: D. Kingma and J. Ba, ICLR 2015; I. Loshchilov and F. Hutter, ICLR 2019.
    """

    parameters: Sequence[Tensor]
    betas: tuple[float, float] = (0.9, 0.999)
    decay: float = 0.0
    moments: dict[int, Moments] = field(default_factory=dict)

    @torch.no_grad()
    def step(self, gradients: Sequence[Tensor | None], rate: float) -> None:
        """One step of the parameters, in place, along gradients in their order."""
        first, second = self.betas
        for number, (parameter, gradient) in enumerate(zip(self.parameters, gradients, strict=True)):
            if gradient is None:
                continue
            zero = torch.zeros_like(parameter)
            kept = self.moments.get(number) or Moments(0, zero, zero.clone())
            step = kept.step + 1
            if self.decay:
                parameter.mul_(1 - rate * self.decay)
            kept.mean.lerp_(gradient, 1 - first)
            kept.square.mul_(second).addcmul_(gradient, gradient, value=1 - second)
            root = (kept.square.sqrt() / (1 - second**step) ** 0.5).add_(_SMALLEST)
            parameter.addcdiv_(kept.mean, root, value=-(rate / (1 - first**step)))
            self.moments[number] = Moments(step, kept.mean, kept.square)


@torch.no_grad()
def clipped(gradients: Sequence[Tensor | None], most: float) -> list[Tensor | None]:
    """Gradients whose norm over all together is at most `most`; as `torch.nn.utils.clip_grad_norm_`."""
    norms = [torch.linalg.vector_norm(gradient) for gradient in gradients if gradient is not None]
    if not norms:
        return list(gradients)
    share = (most / (torch.linalg.vector_norm(torch.stack(norms)) + 1e-6)).clamp(max=1.0)
    return [None if gradient is None else gradient * share for gradient in gradients]
