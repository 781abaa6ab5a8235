"""Losses and accuracy of a readout."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as functional
from torch import Tensor

from search.data.loader import Batch
from search.training.factor import best_factor
from search.training.kernels.network import Told, summarized
from targets.contracts.errors import InputError
from targets.contracts.ports import Readout

COUNT_SCALE = 10.0
"""Logit of a neuron that spikes in every step."""
VOLTAGE_SCALE = 3.0
"""Logit of a neuron whose mean voltage is 1."""
Measure = Callable[[Told, Batch, int, str], Tensor]
"""A loss of what is told of a readout on a batch, given the number of classes and the kind of loss."""
_MOST, _HALVINGS = 8.0, 12  # the factor of calibrated logits: its limit, and bisections to find it


def readout_loss(told: Told, batch: Batch, classes: int, kind: str) -> Tensor:
    """Mean loss of a batch; the readout's neurons stand class by class.

    ```
    count:  CE(10 / T * spike count)
    both:   CE(10 / T * spike count) + CE(3 * mean voltage before the reset)
    ```
    with T the length of each sample and the mean over the neurons of a class. Counts decide the class; voltages give a
    gradient to neurons that do not spike yet.
    """
    logits = _logits(told, batch, classes, kind)
    return torch.stack([functional.cross_entropy(each, batch.labels) for each in logits]).sum()


def calibrated_loss(told: Told, batch: Batch, classes: int, kind: str) -> Tensor:
    """As `readout_loss`, every cross-entropy with its logits times the factor >= 0 that makes it least.

    Architectures are ranked by this loss: it measures how well they separate the classes, not how confident their
    weights have become. Without any information it is log(classes) for all of them, where the loss of training would
    favour weak outputs.
    """
    logits = _logits(told, batch, classes, kind)
    losses = [functional.cross_entropy(_factor(each.detach(), batch.labels) * each, batch.labels) for each in logits]
    return torch.stack(losses).sum()


def _logits(told: Told, batch: Batch, classes: int, kind: str) -> list[Tensor]:
    """Logits [sample, class] of counts, and for "both" of voltages."""
    summary = summarized(told, batch)

    def by_class(mean: Tensor) -> Tensor:
        return mean.view(len(mean), classes, -1).mean(2)

    counts = [COUNT_SCALE * by_class(summary.counts / batch.steps)]
    return counts if kind == "count" else [*counts, VOLTAGE_SCALE * by_class(summary.voltages)]


def _factor(logits: Tensor, labels: Tensor) -> Tensor:
    """The factor from 0 to _MOST at which the cross-entropy of logits [sample, class] is least, by bisection.

    Its slope, the mean over samples of E[logit] - logit of the label, only rises with the factor.
    """
    if logits.device.type == "cpu":
        return logits.new_tensor(best_factor(logits.contiguous().numpy(), labels.numpy(), _MOST, _HALVINGS))
    return _plain_factor(logits, labels)


def _plain_factor(logits: Tensor, labels: Tensor) -> Tensor:
    """The same in torch, on any device."""
    low, high = logits.new_zeros(()), logits.new_full((), _MOST)
    right = logits.gather(1, labels[:, None]).mean()
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        falling = ((middle * logits).softmax(1) * logits).sum(1).mean() < right
        low, high = torch.where(falling, middle, low), torch.where(falling, high, middle)
    return low


def right_answers(told: Told, batch: Batch, readout: Readout) -> int:
    """Number of samples of the batch whose class has strictly the most spikes."""
    summary = summarized(told, batch)
    counts = summary.counts.detach().cpu().numpy().astype(np.int32)
    return round(readout.accuracy(counts, batch.labels.cpu().numpy()) * len(batch.labels))


@dataclass
class Tally:
    """Loss and accuracy added up over the batches of an epoch."""

    readout: Readout
    kind: str
    samples: int = 0
    right: int = 0
    loss: float = 0.0

    def add(self, told: Told, batch: Batch) -> Tensor:
        """Count a batch in and return its mean loss."""
        loss = readout_loss(told, batch, self.readout.classes, self.kind)
        self.samples += len(batch.labels)
        self.right += right_answers(told, batch, self.readout)
        self.loss += float(loss.detach()) * len(batch.labels)
        return loss

    @property
    def mean_loss(self) -> float:
        """Mean loss over all samples so far; InputError when training has diverged."""
        if not math.isfinite(self.loss):
            raise InputError(f"the loss became {self.loss} in training; it must stay finite, so lower the rates.")
        return self.loss / max(self.samples, 1)

    @property
    def accuracy(self) -> float:
        """Share of right answers so far."""
        return self.right / max(self.samples, 1)
