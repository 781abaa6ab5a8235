"""spectral_start: a placement of cores from the eigenvectors of their traffic."""

import numpy as np

from targets.contracts.arrays import Array, Floats

_ITERATIONS = 300
_SEED = 0  # any fixed one: it only starts the iteration


def spectral_start(traffic: Floats, slots: Array) -> Array:
    """Slot of every core and then of every empty slot, int [slot], from symmetric `traffic` [core, core].

    The second and third eigenvectors of the random walk on the traffic are coordinates; ranks along each are
    stretched to the mesh [slot, 2] and every core gets a slot so that squared distances are least. Eigenvectors come
    from a fixed number of plain iterations, whose sums do not depend on the number of threads. Source: Hall, "An
    r-Dimensional Quadratic Placement Algorithm", Management Science 17 (1970).
    """
    from scipy.optimize import linear_sum_assignment

    cores = len(traffic)
    degree = traffic.sum(axis=1)
    degree = np.maximum(degree, max(float(degree.mean()), 1.0) * 1e-6)
    walk = traffic / degree[:, None]
    axes = np.random.default_rng(_SEED).standard_normal((cores, 2))
    for _ in range(_ITERATIONS):
        axes = 0.5 * (axes + np.einsum("ij,jk->ik", walk, axes))
        axes -= (degree[:, None] * axes).sum(axis=0) / degree.sum()
        axes[:, 1] -= (
            axes[:, 0] * (degree * axes[:, 0] * axes[:, 1]).sum() / max((degree * axes[:, 0] ** 2).sum(), 1e-300)
        )
        axes /= np.sqrt((degree[:, None] * axes**2).sum(axis=0)) + 1e-300
    extent = slots.max(axis=0)
    used = slots[:cores]
    longer = int(np.argmax(used.max(axis=0) - used.min(axis=0)))
    ranks = np.argsort(np.argsort(axes, axis=0, kind="stable"), axis=0, kind="stable") / max(cores - 1, 1)
    wanted = np.empty((cores, 2))
    wanted[:, longer] = ranks[:, 0] * used[:, longer].max()
    wanted[:, 1 - longer] = ranks[:, 1] * min(extent[1 - longer], used[:, 1 - longer].max())
    costs = ((wanted[:, None] - slots[None]) ** 2).sum(axis=2)
    _, chosen = linear_sum_assignment(costs)
    empty = np.setdiff1d(np.arange(len(slots)), chosen)
    return np.concatenate([chosen, empty])
