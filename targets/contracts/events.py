"""add_events: weights of the sources that spike, added one by one, compiled; `summing` takes it for many synapses."""

from targets.contracts.arrays import Array, Floats
from targets.contracts.jit import compiled


@compiled
def add_events(sums: Floats, spikes: Array, starts: Array, targets: Array, weights: Floats) -> None:
    """sums[b, targets[k]] += weights[k] for every synapse k of each source that spikes, in the order of sources.

    sums float64 [batch, post], spikes bool [batch, pre]; source i has synapses starts[i] .. starts[i + 1] - 1, with
    targets int32 [synapse] and weights float64 [synapse].
    """
    for b in range(spikes.shape[0]):
        for i in range(spikes.shape[1]):
            if spikes[b, i]:
                for k in range(starts[i], starts[i + 1]):
                    sums[b, targets[k]] += weights[k]
