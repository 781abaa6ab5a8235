from dataclasses import FrozenInstanceError

import pytest
import torch

from search.training.neuron import Cells, State, Surrogate, spike, step


def test_one_step_by_hand() -> None:
    cells = Cells(
        tau_s=torch.tensor([4.0, 2.0]),
        tau_m=torch.tensor([5.0, 10.0]),
        resistance=torch.tensor([5.0, 5.0]),
        threshold=torch.tensor([1.0, 1.0]),
        bias=torch.tensor([0.0, 0.1]),
    )
    assert torch.allclose(cells.gain, torch.tensor([0.25, 0.25]))
    before = State(torch.tensor([[0.4, 0.2]]), torch.tensor([[1.0, 0.5]]), ())
    state, v, s = step(before, torch.tensor([[0.3, 0.0]]), cells, Surrogate(5.0))
    assert state.u[0].tolist() == pytest.approx([0.6, 0.1])  # 0.75 * 0.4 + 0.3; 0.5 * 0.2
    assert v[0].tolist() == pytest.approx([1.4, 0.65])  # 0.8 * 1 + 0.6; 0.9 * 0.5 + 0.1 + 0.1
    assert s.tolist() == [[1.0, 0.0]]
    assert state.v[0].tolist() == pytest.approx([0.0, 0.65])


def test_the_threshold_is_strict() -> None:
    assert spike(torch.tensor([-1e-6, 0.0, 1e-6]), 5.0).tolist() == [0.0, 0.0, 1.0]


def test_the_surrogate_by_hand() -> None:
    above = torch.tensor([-1.0, 0.0, 0.2], requires_grad=True)
    (gradient,) = torch.autograd.grad(spike(above, 5.0).sum(), above)
    assert gradient.tolist() == pytest.approx([1 / 36, 1.0, 0.25])


def test_the_reset_passes_no_gradient() -> None:
    one = torch.ones(1)
    cells = Cells(one, 2 * one, one, one, 0 * one)
    drive = torch.tensor([[1.5]], requires_grad=True)
    state, _, _ = step(State.zero(1, cells, Surrogate(5.0)), drive, cells, Surrogate(5.0))
    (gradient,) = torch.autograd.grad(state.v.sum(), drive)
    assert gradient.tolist() == [[0.0]]


def test_what_a_step_takes_is_frozen_and_tensors_are_compared_by_identity() -> None:
    one = torch.ones(1)
    cells, same = Cells(one, one, one, one, one), Cells(one, one, one, one, one)
    states = State(one, one, ()), State(one, one, ())
    for value, name in ((cells, "bias"), (states[0], "u"), (Surrogate(5.0), "slope")):
        with pytest.raises(FrozenInstanceError):
            setattr(value, name, one)
    assert cells != same
    assert states[0] != states[1]
    assert Surrogate(5.0) == Surrogate(5.0) != Surrogate(4.0)
