"""The optimizer against torch's own, bit by bit."""

import subprocess
import sys

import pytest
import torch
from torch import Tensor

from search.training.adam import Adam, clipped


def drawn(seed: int, scale: float = 1.0) -> list[Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return [scale * torch.randn(shape, generator=generator) for shape in ((7, 5), (3,), (), (2, 3, 4))]


@pytest.mark.parametrize(("decay", "betas"), [(0.0, (0.5, 0.999)), (0.01, (0.9, 0.999)), (0.5, (0.9, 0.99))])
def test_steps_equal_those_of_torch(decay: float, betas: tuple[float, float]) -> None:
    ours, theirs = drawn(0), drawn(0)
    mine = Adam(ours, betas, decay)
    other = torch.optim.AdamW(theirs, lr=1.0, betas=betas, weight_decay=decay)
    for number in range(25):
        gradients: list[Tensor | None] = [*drawn(1 + number, 10.0 ** (number % 5 - 3))]
        gradients[1] = None if number % 3 else gradients[1]
        rate = 0.1 / (1 + number)
        mine.step(gradients, rate)
        for parameter, gradient in zip(theirs, gradients, strict=True):
            parameter.grad = gradient
        other.param_groups[0]["lr"] = rate
        other.step()
        assert all(torch.equal(a, b) for a, b in zip(ours, theirs, strict=True)), number
    assert mine.moments[0].step == 25
    assert torch.equal(mine.moments[0].square, other.state[theirs[0]]["exp_avg_sq"])


def test_without_decay_it_is_adam() -> None:
    ours, theirs = drawn(0), drawn(0)
    mine, other = Adam(ours), torch.optim.Adam(theirs, lr=0.01)
    for number in range(5):
        gradients = drawn(1 + number)
        mine.step(gradients, 0.01)
        for parameter, gradient in zip(theirs, gradients, strict=True):
            parameter.grad = gradient
        other.step()
    assert all(torch.equal(a, b) for a, b in zip(ours, theirs, strict=True))


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
def test_gradients_are_cut_as_by_torch(scale: float) -> None:
    gradients = drawn(3, scale)
    parameters = drawn(0)
    for parameter, gradient in zip(parameters, gradients, strict=True):
        parameter.grad = gradient.clone()
    torch.nn.utils.clip_grad_norm_(parameters, 1.0)
    found = clipped([*gradients, None], 1.0)
    assert found.pop() is None
    for parameter, one in zip(parameters, found, strict=True):
        assert one is not None
        assert parameter.grad is not None
        assert torch.equal(parameter.grad, one)
    assert clipped([None], 1.0) == [None]


@pytest.mark.slow
def test_a_step_imports_no_compiler() -> None:
    """Torch's optimizers import torch._dynamo at their first use, which takes as long as everything else of torch."""
    script = (
        "import sys, torch; from search.training.adam import Adam, clipped; x = torch.ones(3)\n"
        "Adam([x]).step(clipped([x], 0.5), 0.1); print('torch._dynamo' in sys.modules, x.tolist() != [1.0] * 3)"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert told.split() == ["False", "True"]
