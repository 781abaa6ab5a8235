"""cross_entropies: the loss of what readout neurons did, and its gradient, in one go."""

import numpy as np

from search.training.factor import best_factor
from targets.contracts.arrays import Array
from targets.contracts.jit import compiled


@compiled(nogil=True)
def cross_entropies(
    counts: Array,
    voltages: Array,
    lengths: Array,
    labels: Array,
    classes: int,
    scales: tuple[float, float],
    most: float,
    halvings: int,
) -> tuple[float, Array, Array]:
    """The mean cross-entropy of spikes per step, plus that of voltages where these have columns, and both gradients.

    counts, voltages  [sample, neuron], whose neurons stand class by class
    lengths           steps of every sample, by which counts are divided; 0 counts as 1
    scales            what the mean over the neurons of a class is multiplied by for a logit
    halvings          with any, logits are multiplied by their `best_factor`, up to `most`, which counts as a constant
    """
    scale = np.empty(len(labels), counts.dtype)
    for sample in range(len(labels)):
        scale[sample] = scales[0] / max(lengths[sample], 1)
    loss, of_counts = _cross_entropy(counts, scale, labels, classes, most, halvings)
    scale[:] = scales[1]
    if not voltages.shape[1]:
        return loss, of_counts, voltages
    other, of_voltages = _cross_entropy(voltages, scale, labels, classes, most, halvings)
    return loss + other, of_counts, of_voltages


@compiled(nogil=True)
def _cross_entropy(
    values: Array, scale: Array, labels: Array, classes: int, most: float, halvings: int
) -> tuple[float, Array]:
    """That of one kind, each sample with a scale of its own, and its gradient."""
    samples, each, slope = len(values), values.shape[1] // classes, np.empty_like(values)
    logits = np.zeros((samples, classes), values.dtype)
    for sample in range(samples):
        for k in range(classes):
            for neuron in range(k * each, k * each + each):
                logits[sample, k] += values[sample, neuron]
            logits[sample, k] *= scale[sample] / each
    factor = best_factor(logits, labels, most, halvings) if halvings else 1.0
    loss = 0.0
    for sample in range(samples):
        own, right = logits[sample], labels[sample]
        top, whole = own[0], 0.0
        for k in range(1, classes):
            top = max(top, own[k])
        loss -= factor * (own[right] - top)
        for k in range(classes):
            own[k] = np.exp(factor * (own[k] - top))
            whole += own[k]
        loss += np.log(whole)
        for k in range(classes):
            share = own[k] / whole - (k == right)
            for neuron in range(k * each, k * each + each):
                slope[sample, neuron] = share * factor * scale[sample] / (each * samples)
    return loss / samples, slope
