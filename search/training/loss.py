"""Losses and scores of a readout."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
import torch.nn.functional as functional
from torch import Tensor
from torch.autograd.function import once_differentiable

from search.data.loader import Batch
from search.training.cross_entropies import cross_entropies
from search.training.kernels.network import Summary, Told, summarized
from targets.contracts.errors import InputError
from targets.contracts.ports import Readout
from targets.contracts.value_errors import smape

COUNT_SCALE = 10.0
"""Logit of a neuron that spikes in every step."""
VOLTAGE_SCALE = 3.0
"""Logit of a neuron whose mean voltage is 1."""
Measure = Callable[[Told, Batch, int, str, int], Tensor]
"""A loss of what is told of a readout on a batch, given the number of classes, the kind of loss and the window."""
_MOST, _HALVINGS = 8.0, 12  # the factor of calibrated logits: its limit, and bisections to find it


def loss_of(readout: Readout, kind: str) -> str:
    """The kind of loss of a readout, given that of the settings: "voltage" or "value" where it answers in voltage."""
    if readout.tells_values:
        return "value"
    return kind if readout.by == "spikes" else "voltage"


def readout_loss(told: Told, batch: Batch, classes: int, kind: str, window: int = 0) -> Tensor:
    """Mean loss of a batch; the readout's neurons stand class by class.

    ```
    count:    CE(10 / T * spike count)
    both:     CE(10 / T * spike count) + CE(3 * mean voltage before the reset)
    voltage:  CE(3 * voltage)
    value:    mean over samples and values of (voltage - target)^2
    ```
    with T the length of each sample, or of its `window` where that is above 0, and the mean over the neurons of a
    class. Counts decide the class; voltages give a gradient to neurons that do not spike yet.
    """
    return _loss(summarized(told, batch), batch, classes, kind, window, False)


def calibrated_loss(told: Told, batch: Batch, classes: int, kind: str, window: int = 0) -> Tensor:
    """As `readout_loss`, every cross-entropy with its logits times the factor >= 0 that makes it least.

    Architectures are ranked by this loss: it measures how well they separate the classes, not how confident their
    weights have become. Without any information it is log(classes) for all of them, where the loss of training would
    favour weak outputs. Squared errors are what they are.
    """
    return _loss(summarized(told, batch), batch, classes, kind, window, True)


def _loss(summary: Summary, batch: Batch, classes: int, kind: str, window: int, calibrated: bool) -> Tensor:
    """Either loss; cross-entropies in compiled code on the CPU, but for voltages alone."""
    if kind == "value":
        return functional.mse_loss(_by_class(summary.voltages, classes), batch.labels)
    if window:
        batch = replace(batch, lengths=batch.lengths.clamp(max=window))
    if summary.counts.device.type == "cpu" and kind != "voltage":
        voltages = summary.voltages[:, :0] if kind == "count" else summary.voltages
        loss: Tensor = _Entropies.apply(summary.counts, voltages, batch, classes, calibrated)  # type: ignore[no-untyped-call]
        return loss
    return plain_loss(summary, batch, classes, kind, calibrated)


class _Entropies(torch.autograd.Function):
    """The sum of the cross-entropies of counts and of voltages, if these have columns."""

    @staticmethod
    def forward(ctx: Any, counts: Tensor, voltages: Tensor, batch: Batch, classes: int, calibrated: bool) -> Tensor:
        one, other = (np.ascontiguousarray(each.detach().numpy()) for each in (counts, voltages))
        lengths, labels, scales = batch.lengths.numpy(), batch.labels.numpy(), (COUNT_SCALE, VOLTAGE_SCALE)
        halvings = _HALVINGS if calibrated else 0
        loss, *ctx.slopes = cross_entropies(one, other, lengths, labels, classes, scales, _MOST, halvings)
        return counts.new_tensor(loss)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        by = gradients[0].item()
        return *(torch.from_numpy(by * slope) for slope in ctx.slopes), None, None, None


def plain_loss(summary: Summary, batch: Batch, classes: int, kind: str, calibrated: bool) -> Tensor:
    """Either sum of cross-entropies in torch, on any device."""
    logits = [] if kind == "voltage" else [COUNT_SCALE * _by_class(summary.counts / batch.steps, classes)]
    if kind != "count":
        logits.append(VOLTAGE_SCALE * _by_class(summary.voltages, classes))
    factors = [_plain_factor(each.detach(), batch.labels) if calibrated else 1.0 for each in logits]
    losses = [
        functional.cross_entropy(factor * each, batch.labels) for factor, each in zip(factors, logits, strict=True)
    ]
    return torch.stack(losses).sum()


def mean_square_rate(told: Iterable[Told], batch: Batch) -> Tensor:
    """The square of a neuron's rate over the batch, in spikes per step, in the mean over all these populations.

    Squares ask most of those that spike most. Source: the regularisation of firing rates, with a target of 0, of
    G. Bellec et al., "A solution to the learning dilemma for recurrent networks of spiking neurons", Nat. Commun.
    11:3625, 2020.
    """
    rates = torch.cat([summarized(each, batch).counts / batch.steps for each in told], dim=1).mean(0)
    return rates.square().mean()


def _by_class(mean: Tensor, classes: int) -> Tensor:
    """The mean over the neurons of each class or value: [sample, class]."""
    return mean.view(len(mean), classes, -1).mean(2)


def _plain_factor(logits: Tensor, labels: Tensor) -> Tensor:
    """What `best_factor` finds, in torch."""
    low, high = logits.new_zeros(()), logits.new_full((), _MOST)
    right = logits.gather(1, labels[:, None]).mean()
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        falling = ((middle * logits).softmax(1) * logits).sum(1).mean() < right
        low, high = torch.where(falling, middle, low), torch.where(falling, high, middle)
    return low


def right_answers(told: Told, batch: Batch, readout: Readout) -> int:
    """Number of samples of the batch whose class has strictly the most spikes, or the highest voltage."""
    summary = summarized(told, batch)
    spikes = readout.by == "spikes"
    votes = (summary.counts if spikes else summary.voltages).detach().cpu().numpy()
    votes = votes.astype(np.int32 if spikes else np.float64)
    return round(readout.accuracy(votes, batch.labels.cpu().numpy()) * len(batch.labels))


def told_errors(told: Told, batch: Batch, readout: Readout) -> float:
    """The sum over the samples of the batch of their sMAPE in percent."""
    values = readout.values(summarized(told, batch).voltages.detach().cpu().numpy())
    return smape(values, batch.labels.cpu().numpy().astype(np.float64)) * len(batch.labels)


@dataclass
class Tally:
    """Loss and score, accuracy or sMAPE, added up over the batches of an epoch."""

    readout: Readout
    kind: str
    measure: Measure = readout_loss
    samples: int = 0
    score: float = 0.0
    loss: float = 0.0

    def add(self, told: Told, batch: Batch) -> Tensor:
        """Count a batch in and return its mean loss."""
        readout = self.readout
        loss = self.measure(told, batch, readout.classes, loss_of(readout, self.kind), readout.window)
        self.samples += len(batch.labels)
        self.score += (told_errors if readout.tells_values else right_answers)(told, batch, readout)
        self.loss += float(loss.detach()) * len(batch.labels)
        return loss

    @property
    def mean_loss(self) -> float:
        """Mean loss over all samples so far; InputError when training has diverged."""
        if not math.isfinite(self.loss):
            raise InputError(f"the loss became {self.loss} in training; it must stay finite, so lower the rates.")
        return self.loss / max(self.samples, 1)

    @property
    def figures(self) -> dict[str, float]:
        """The mean loss, and the share of right answers as "accuracy", or of values "smape" in percent."""
        name = "smape" if self.readout.tells_values else "accuracy"
        return {"loss": self.mean_loss, name: self.score / max(self.samples, 1)}
