"""Gradients of the architecture parameters alpha on validation data, of first and of second order."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from search.nas.supernet import Supernet

Objective = Callable[[Supernet], Tensor]
"""A loss as a function of the supernet."""

_NUDGE = 0.01  # length of the finite difference over the norm of the gradient


def alpha_gradient(supernet: Supernet, valid: Objective, train: Objective | None, ahead: float) -> list[Tensor]:
    """Gradient of the validation loss by alpha, in the order of `supernet.alpha_parameters`.

    ```
    first order    (no `train`)  d valid(w, alpha) / d alpha
    second order   w' = w - ahead * d train(w, alpha) / dw
                   d valid(w', alpha) / d alpha - ahead * (d train(w+, alpha) - d train(w-, alpha)) / (2 epsilon)
                   w+- = w +- epsilon * d valid(w', alpha) / dw',   epsilon = 0.01 / |d valid(w', alpha) / dw'|
    ```
    The second takes into account that the weights will follow the architecture one step of gradient descent on.
    Source: H. Liu et al., "DARTS", ICLR 2019, equations 7 and 8.
    """
    if train is None:
        fixed = {name: value.detach() for name, value in supernet.weights.items()}
        return _gradient(valid(replace(supernet, weights=fixed)), supernet.alpha_parameters)
    weights = list(supernet.learned.values())

    def moved(by: float, along: Sequence[Tensor]) -> Supernet:
        there = (
            (weight + by * direction).detach().requires_grad_()
            for weight, direction in zip(weights, along, strict=True)
        )
        return replace(supernet, weights={**supernet.weights, **dict(zip(supernet.learned, there, strict=True))})

    after = moved(-ahead, _gradient(train(supernet), weights))
    both = _gradient(valid(after), [*supernet.alpha_parameters, *after.learned.values()])
    alpha, slope = both[: len(supernet.alpha_parameters)], both[len(supernet.alpha_parameters) :]
    norm = float(torch.stack([part.square().sum() for part in slope]).sum().sqrt())
    if norm == 0:
        return alpha
    nudge = _NUDGE / norm
    up, down = (_gradient(train(moved(by, slope)), supernet.alpha_parameters) for by in (nudge, -nudge))
    return [a - ahead * (u - d) / (2 * nudge) for a, u, d in zip(alpha, up, down, strict=True)]


def _gradient(loss: Tensor, parameters: Sequence[Tensor]) -> list[Tensor]:
    """The gradient by each parameter, zeros where the loss does not depend on it."""
    return list(torch.autograd.grad(loss, list(parameters), allow_unused=True, materialize_grads=True))
