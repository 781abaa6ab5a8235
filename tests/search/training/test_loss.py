import math
import tomllib

import numpy as np
import pytest
import torch

from search.data.loader import Batch
from search.training.factor import best_factor
from search.training.kernels.loop import Trace
from search.training.kernels.network import Summary
from search.training.loss import (
    Tally,
    _plain_factor,
    calibrated_loss,
    loss_of,
    plain_loss,
    readout_loss,
    right_answers,
)
from targets.contracts.errors import InputError
from targets.contracts.ports import Readout


def case() -> tuple[Trace, Batch]:
    """Two samples of 4 and 2 steps, two classes of two neurons each."""
    spikes = torch.zeros(4, 2, 4)
    spikes[:, 0, 0] = 1  # sample 0: neuron 0 spikes in all 4 steps
    spikes[0, 0, 3] = 1
    spikes[0, 1, 1] = spikes[1, 1, 2] = 1  # sample 1: a tie,
    spikes[3, 1, 3] = 1  # but for a spike after its end
    voltages = torch.zeros(4, 2, 4)
    voltages[:, 0, 2:] = 0.5
    mask = torch.tensor([[1, 1], [1, 1], [1, 0], [1, 0]]).float()[:, :, None]
    return Trace(spikes, voltages), Batch.of(torch.zeros(4, 2, 1), mask, torch.tensor([0, 1]))


def test_both_losses_by_hand() -> None:
    trace, batch = case()
    # counts per step and neuron: sample 0 (4 / 4) / 2 and (1 / 4) / 2; sample 1 (1 / 2) / 2 for both classes
    count = (math.log(1 + math.exp(1.25 - 5)) + math.log(2)) / 2
    assert float(readout_loss(trace, batch, 2, "count")) == pytest.approx(count)
    voltage = (math.log(1 + math.exp(1.5)) + math.log(2)) / 2
    assert float(readout_loss(trace, batch, 2, "both")) == pytest.approx(count + voltage)


def test_architectures_are_judged_at_the_best_factor_of_their_logits() -> None:
    trace, batch = case()
    # Counts are right or tie, so the largest factor is best: log(1 + exp(-8 * 3.75)) is nothing. Voltages are wrong or
    # tie, so the factor is 0.
    assert float(calibrated_loss(trace, batch, 2, "count")) == pytest.approx(math.log(2) / 2)
    assert float(calibrated_loss(trace, batch, 2, "both")) == pytest.approx(1.5 * math.log(2))


@pytest.mark.parametrize("gain", [0.2, 0.7])
def test_how_strong_the_outputs_are_does_not_matter_to_the_calibrated_loss(gain: float) -> None:
    spikes = torch.zeros(1, 3, 2)
    spikes[0, :, 0] = gain
    batch = Batch.of(torch.zeros(1, 3, 1), torch.ones(1, 3, 1), torch.tensor([0, 0, 1]))
    spikes.requires_grad_()
    loss = calibrated_loss(Trace(spikes, spikes.detach()), batch, 2, "count")
    # Two of three are right with equal logits: the best probability is 2/3.
    assert float(loss.detach()) == pytest.approx((3 * math.log(3) - 2 * math.log(2)) / 3, abs=1e-4)
    (gradient,) = torch.autograd.grad(loss, spikes)
    assert float((gradient * spikes).sum().abs().detach()) < 0.01  # nothing is gained by a common factor
    assert float(gradient[0, 0, 0]) < 0 < float(gradient[0, 2, 0])


@pytest.mark.parametrize("seed", range(8))
def test_the_factor_is_the_same_in_compiled_code_and_in_torch(seed: int) -> None:
    """To a half of the last bisection, as sums are in another order; it lies where the slope of the loss changes."""
    draws = torch.Generator().manual_seed(seed)
    logits = 3 * torch.randn(17, 4, generator=draws, dtype=torch.float64)
    labels = torch.randint(0, 4, (17,), generator=draws)
    logits[torch.arange(17), labels] += 2.0
    compiled = best_factor(logits.numpy(), labels.numpy(), 8.0, 12)
    plain = float(_plain_factor(logits, labels))
    assert compiled == pytest.approx(plain, abs=8 / 2**13)
    assert 0 < plain < 8

    def slope(factor: float) -> float:
        right = logits.gather(1, labels[:, None]).mean()
        return float(((factor * logits).softmax(1) * logits).sum(1).mean() - right)

    assert slope(plain) < 0 < slope(plain + 8 / 2**12)


@pytest.mark.parametrize("calibrated", [False, True])
@pytest.mark.parametrize("kind", ["count", "both"])
def test_compiled_code_and_torch_tell_the_same_loss_and_gradient(kind: str, calibrated: bool) -> None:
    draws = torch.Generator().manual_seed(5)
    counts = torch.randint(0, 9, (11, 6), generator=draws).double().requires_grad_()
    voltages = torch.randn(11, 6, generator=draws, dtype=torch.float64).requires_grad_()
    mask = (torch.arange(9)[:, None] < torch.randint(0, 10, (11,), generator=draws)).float()[:, :, None]
    batch = Batch.of(torch.zeros(9, 11, 1), mask, torch.randint(0, 3, (11,), generator=draws))
    told = Summary(counts, voltages)
    fast = (calibrated_loss if calibrated else readout_loss)(told, batch, 3, kind)
    plain = plain_loss(told, batch, 3, kind, calibrated)
    torch.testing.assert_close(fast, plain)
    over = [counts] if kind == "count" else [counts, voltages]
    for one, other in zip(*(torch.autograd.grad(3 * loss, over) for loss in (fast, plain)), strict=True):
        torch.testing.assert_close(one, other)


def test_the_factor_of_weak_logits_ends_at_eight() -> None:
    """Logits 0.1 and 0, all right: the loss would fall on and on, and is that of 0.8 and 0."""
    spikes = torch.tensor([[[0.01, 0.0]]])
    batch = Batch.of(torch.zeros(1, 1, 1), torch.ones(1, 1, 1), torch.tensor([0]))
    loss = calibrated_loss(Trace(spikes, spikes), batch, 2, "count")
    assert float(loss) == pytest.approx(math.log(1 + math.exp(-0.8)), abs=2e-4)


def test_a_sample_without_steps_has_equal_logits() -> None:
    batch = Batch.of(torch.zeros(3, 1, 1), torch.zeros(3, 1, 1), torch.tensor([0]))
    ones = torch.ones(3, 1, 4)
    assert float(readout_loss(Trace(ones, ones), batch, 2, "both")) == pytest.approx(2 * math.log(2))


def test_the_kind_of_loss_is_compared_by_value() -> None:
    """What a settings file names is another object than the literal in the code."""
    trace, batch = case()
    kind = tomllib.loads('loss = "count"')["loss"]
    assert float(readout_loss(trace, batch, 2, kind)) == float(readout_loss(trace, batch, 2, "count"))


def test_an_empty_tally_is_zero() -> None:
    tally = Tally(Readout("out", 2), "count")
    assert tally.figures == {"loss": 0.0, "accuracy": 0.0}


def test_a_tie_is_wrong() -> None:
    trace, batch = case()
    assert right_answers(trace, batch, Readout("out", 2)) == 1


def test_a_tally_weighs_batches_by_their_samples() -> None:
    trace, batch = case()
    tally = Tally(Readout("out", 2), "count")
    both = float(tally.add(trace, batch))
    alone = Batch.of(batch.spikes[:, :1], batch.mask[:, :1], batch.labels[:1])
    one = float(tally.add(Trace(trace.spikes[:, :1], trace.voltages[:, :1]), alone))
    assert tally.mean_loss == pytest.approx(np.average([both, one], weights=[2, 1]))
    assert tally.figures["accuracy"] == pytest.approx(2 / 3)


def test_a_loss_that_is_no_number_is_told_in_one_sentence() -> None:
    trace, batch = case()
    tally = Tally(Readout("out", 2), "both")
    tally.add(Trace(trace.spikes, trace.voltages * math.nan), batch)
    with pytest.raises(InputError) as raised:
        _ = tally.mean_loss
    assert str(raised.value) == "the loss became nan in training; it must stay finite, so lower the rates."


def test_of_values_the_loss_is_the_squared_error_of_the_mean_voltage_of_each() -> None:
    spikes, labels = torch.zeros(3, 2, 1), torch.tensor([[0.5, 1.0], [2.0, -1.0]])
    batch = Batch.of(spikes, torch.ones(3, 2, 1), labels)
    told = Summary(torch.zeros(2, 4), torch.tensor([[0.0, 1.0, 1.0, 3.0], [2.0, 2.0, 0.0, 0.0]], requires_grad=True))
    readout = Readout("out", 2, by="value")
    assert loss_of(readout, "both") == "value"
    squares = [0.0, 1.0, 0.0, 1.0]
    loss = readout_loss(told, batch, 2, "value")
    assert float(loss.detach()) == pytest.approx(np.mean(squares))
    assert float(calibrated_loss(told, batch, 2, "value").detach()) == float(loss.detach())
    (slope,) = torch.autograd.grad(loss, told.voltages)
    assert slope.tolist() == [[0.0, 0.0, 0.25, 0.25], [0.0, 0.0, 0.25, 0.25]]
    tally = Tally(readout, "both")
    tally.add(told, batch)
    assert tally.figures == {"loss": pytest.approx(0.5), "smape": pytest.approx(200 * (1 / 3 + 1) / 4)}
