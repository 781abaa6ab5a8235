"""summing: spikes summed over the same synapses in step after step; large sparse ones at the cost of their spikes."""

from collections.abc import Callable

import numpy as np

from targets.contracts.arrays import Array
from targets.contracts.synapses import Sparse, Synapses

_MANY = 1 << 20
"""Products of synapses and samples from which on it saves more to add in compiled code than it takes to load that."""


def summing(synapses: Synapses) -> Callable[[Array], Array]:
    """What sums spikes, 0 and 1 of any type [batch, pre], over float64 `synapses` to float64 [batch, post].

    As `accumulate`, up to the order in which a neuron's sum is added up: sparse synapses are added by source, the first
    one first, whatever the batch. So integers are exact, and the sums of one sample do not depend on the others.
    """
    if not isinstance(synapses, Sparse):
        return lambda spikes: synapses.accumulate(spikes.astype(np.float64, copy=False))
    from scipy.sparse import csr_array

    by_target = csr_array((synapses.weights, synapses.indices, synapses.indptr), shape=synapses.shape)
    by_source = by_target.tocsc()

    def summed(spikes: Array) -> Array:
        if synapses.weights.size * len(spikes) < _MANY:
            return np.asarray((by_source @ spikes.T.astype(np.float64)).T)
        from targets.contracts.events import add_events

        sums = np.zeros((len(spikes), synapses.shape[0]))
        add_events(sums, np.ascontiguousarray(spikes != 0), by_source.indptr, by_source.indices, by_source.data)
        return sums

    return summed
