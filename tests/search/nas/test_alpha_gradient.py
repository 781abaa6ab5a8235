"""Gradients of alpha against finite differences, on a network whose spike is the primitive of its surrogate."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

import search.training.kernels.loop
import search.training.kernels.network
from search.data.loader import Batch, DataLoader
from search.nas.alpha_gradient import alpha_gradient
from search.nas.relaxation import Draw
from search.nas.relaxed_layer import Choices
from search.nas.supernet import Supernet
from search.settings import SearchSettings, Settings
from search.training.neuron import Cells, State, Surrogate
from tests.search.tiny import TINY, tiny_split

AHEAD = 0.05
CASES = [("plain", (4,)), ("mixture", (4,)), ("expected", (4,)), ("expected", (4, 4))]


@pytest.fixture(autouse=True)
def smooth(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every spike becomes x / (1 + k |x|), x = v - vth, whose derivative is the surrogate 1 / (1 + k |x|)^2.

    There is no reset: it passes no gradient, which finite differences would not know.
    """

    def step(state: State, drive: Tensor, cells: Cells, rule: Surrogate) -> tuple[State, Tensor, Tensor]:
        u = cells.keep_u * state.u + drive
        v = cells.keep_v * state.v + u + cells.bias
        above = v - cells.threshold
        return State(u, v, ()), v, above / (1 + rule.slope * above.abs())

    monkeypatch.setattr(search.training.kernels.loop, "step", step)
    monkeypatch.setattr(search.training.kernels.network, "fits", lambda *network: False)


def case(relaxation: str, neurons: tuple[int, ...]) -> tuple[Supernet, Batch, Batch, Settings]:
    """A supernet in float64 with distinct choices, a batch to judge and one to learn from."""
    settings = replace(
        TINY,
        model=replace(TINY.model, neurons=neurons, sizes=(1, 2), readout_neurons=1),
        search=SearchSettings(relaxation=relaxation),
    )
    split = tiny_split(samples=8)
    samples = DataLoader.of(torch.device("cpu"), split.train)
    made = Supernet.of(split, samples.batch(np.arange(8)), settings, (0, 0, 0))
    torch.manual_seed(0)

    def double(value: Tensor) -> Tensor:
        return value.detach().double().requires_grad_()

    alpha = {}
    for name, choices in made.alpha.items():
        sizes, *types = (double(value + 0.5 * torch.randn(value.shape)) for value in choices.tensors())
        alpha[name] = Choices(sizes, tuple(types))
    cells = {
        name: replace(cell, **{key: getattr(cell, key).double() for key in cell.__dataclass_fields__})
        for name, cell in made.cells.items()
    }
    supernet = replace(
        made,
        weights={name: double(value) for name, value in made.weights.items()},
        alpha=alpha,
        beta={name: value.double() for name, value in made.beta.items()},
        cells=cells,
    )
    judging, learning = (samples.batch(part) for part in (np.arange(4), np.arange(4, 8)))
    return supernet, judging, learning, settings


def numerical(loss: Callable[[], float], parameters: list[Tensor], step: float) -> list[Tensor]:
    """Central differences of `loss` by every entry of the parameters, which are moved in place and put back."""
    found = []
    for parameter in parameters:
        flat, slope = parameter.data.view(-1), torch.zeros(parameter.numel(), dtype=torch.float64)
        for k in range(parameter.numel()):
            kept = float(flat[k])
            values = []
            for by in (step, -step):
                flat[k] = kept + by
                values.append(loss())
            flat[k] = kept
            slope[k] = (values[0] - values[1]) / (2 * step)
        found.append(slope.view(parameter.shape))
    return found


def assert_close(found: list[Tensor], expected: list[Tensor], share: float) -> None:
    """All gradients together differ by at most that share of their norm."""
    one, other = (torch.cat([part.flatten() for part in parts]) for parts in (found, expected))
    assert other.norm() > 1e-4
    assert float((one - other).norm() / other.norm()) < share


@pytest.mark.slow
@pytest.mark.parametrize(("relaxation", "neurons"), CASES)
def test_the_first_order_gradient_is_that_of_the_validation_loss(relaxation: str, neurons: tuple[int, ...]) -> None:
    supernet, judging, _, settings = case(relaxation, neurons)
    others = dict.fromkeys(supernet.layers, 1)

    def valid(net: Supernet) -> Tensor:
        return net.expected_loss(judging, settings, others, Draw(0.7)) + 0.1 * net.expected_links()

    found = alpha_gradient(supernet, valid, None, AHEAD)
    assert_close(found, numerical(lambda: float(valid(supernet).detach()), supernet.alpha_parameters, 1e-5), 1e-5)


@pytest.mark.slow
@pytest.mark.parametrize(("relaxation", "neurons"), CASES[1:3])
def test_the_second_order_gradient_is_that_of_the_loss_one_step_ahead(
    relaxation: str, neurons: tuple[int, ...]
) -> None:
    supernet, judging, learning, settings = case(relaxation, neurons)
    others = dict.fromkeys(supernet.layers, 1)

    def valid(net: Supernet) -> Tensor:
        return net.expected_loss(judging, settings, others, Draw())

    def train(net: Supernet) -> Tensor:
        return net.expected_loss(learning, settings, others, Draw())

    def one_step_ahead() -> float:
        slopes = torch.autograd.grad(train(supernet), list(supernet.weights.values()))
        moved = {
            name: (weight - AHEAD * slope).detach()
            for (name, weight), slope in zip(supernet.weights.items(), slopes, strict=True)
        }
        return float(valid(replace(supernet, weights=moved)).detach())

    expected = numerical(one_step_ahead, supernet.alpha_parameters, 1e-4)
    second = alpha_gradient(supernet, valid, train, AHEAD)
    assert_close(second, expected, 0.01)
    first = alpha_gradient(supernet, valid, None, AHEAD)
    apart = [
        float(torch.cat([(a - b).flatten() for a, b in zip(g, expected, strict=True)]).norm()) for g in (first, second)
    ]
    assert apart[1] < 0.1 * apart[0]  # what the first order leaves out is most of the difference


def test_fixed_weights_are_left_out() -> None:
    supernet, judging, learning, settings = case("expected", (4,))
    supernet.weights["input"].requires_grad_(False)
    others = dict.fromkeys(supernet.layers, 0)

    def loss(batch: Batch) -> Callable[[Supernet], Tensor]:
        return lambda net: net.expected_loss(batch, settings, others, Draw())

    assert "input" not in supernet.learned
    gradients = alpha_gradient(supernet, loss(judging), loss(learning), AHEAD)
    assert all(torch.isfinite(gradient).all() for gradient in gradients)
