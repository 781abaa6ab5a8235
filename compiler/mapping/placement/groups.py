"""groups: cores partitioned into as many groups as there are chips, none larger than a chip."""

import numpy as np

from compiler.mapping.partitioning.metis import partition_graph
from targets.contracts.arrays import Array, Floats

_SLACKS = (0.001, 0.01, 0.03, 0.1)  # METIS finds little where groups are to be equal to a core


def groups(traffic: Floats, count: int, room: int, seed: int) -> Array:
    """Group of every core, int [core]: at most `room` cores in each, and little traffic between them.

    `traffic` [core, core] is symmetric. METIS is run several times, with more and more slack; cores that are too
    many in a group leave it for another with room, those first whose leaving costs least; that with
    the least traffic between groups is taken.
    """
    from scipy.sparse import csr_array

    links, weights = csr_array(traffic), np.ones(len(traffic), dtype=np.int64)
    found = [_fitted(traffic, partition_graph(links, weights, count, slack, seed), count, room) for slack in _SLACKS]
    return min(found, key=lambda group_of: float(traffic[group_of[:, None] != group_of[None]].sum()))


def _fitted(traffic: Floats, group_of: Array, count: int, room: int) -> Array:
    """The groups after every one that is too large has given cores away."""
    size = np.bincount(group_of, minlength=count)
    while (size > room).any():
        pull = np.einsum("ij,jk->ik", traffic, np.eye(count)[group_of])  # [core, group]
        loss = pull[np.arange(len(traffic)), group_of][:, None] - pull
        loss[size[group_of] <= room] = np.inf
        loss[:, size >= room] = np.inf
        core, group = divmod(int(loss.argmin()), count)
        group_of[core] = group
        size = np.bincount(group_of, minlength=count)
    return group_of
