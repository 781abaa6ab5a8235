"""cross_entropy: the loss of what readout neurons did, and its gradient, in one go."""

import numpy as np

from search.training.factor import best_factor
from targets.contracts.arrays import Array
from targets.contracts.jit import compiled


@compiled(nogil=True)
def cross_entropy(
    values: Array, scale: Array, labels: Array, classes: int, most: float, halvings: int, slope: Array
) -> float:
    """The mean cross-entropy of `values` [sample, neuron], whose neurons stand class by class; tells its `slope`.

    The logits are `scale` [sample] times the mean over the neurons of a class; with `halvings` they are multiplied by
    their `best_factor`, which counts as a constant.
    """
    samples, each = len(values), values.shape[1] // classes
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
        top, whole = own.max(), 0.0
        loss -= factor * (own[right] - top)
        for k in range(classes):
            own[k] = np.exp(factor * (own[k] - top))
            whole += own[k]
        loss += np.log(whole)
        for k in range(classes):
            share = own[k] / whole - (k == right)
            for neuron in range(k * each, k * each + each):
                slope[sample, neuron] = share * factor * scale[sample] / (each * samples)
    return loss / samples
