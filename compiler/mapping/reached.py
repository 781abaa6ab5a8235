"""reached_cores: which cores listen to each of very many nets, compiled; `loads` takes it in place of numpy."""

import numpy as np

from targets.contracts.arrays import Array
from targets.contracts.jit import compiled


@compiled
def reached_cores(indptr: Array, pins: Array, core_of: Array, cores: int) -> tuple[Array, Array]:
    """(count [net], core): how many cores each net reaches, and these cores, by net and core; int64."""
    count = np.zeros(indptr.size - 1, np.int64)
    core, last = np.empty(pins.size, np.int64), np.full(cores, -1, np.int64)
    total = 0
    for net in range(indptr.size - 1):
        first = total
        for j in range(indptr[net], indptr[net + 1]):
            here = core_of[pins[j]]
            if last[here] != net:
                last[here] = net
                core[total] = here
                total += 1
        core[first:total].sort()
        count[net] = total - first
    return count, core[:total].copy()
