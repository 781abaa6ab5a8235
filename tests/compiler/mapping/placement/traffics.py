"""Traffic that the tests of placement share."""

import numpy as np

from targets.contracts.arrays import Array, Floats


def mesh(width: int, height: int) -> Array:
    """Tiles of a mesh, row after row: int32 [slot, 2]."""
    y, x = np.divmod(np.arange(width * height, dtype=np.int32), width)
    return np.stack([x, y], axis=1)


def random_traffic(cores: int, rng: np.random.Generator) -> Floats:
    """Symmetric traffic between cores, [core, core]."""
    one_way = np.triu(rng.random((cores, cores)) ** 4, 1)
    return one_way + one_way.T


def shuffled_chain(cores: int, seed: int) -> tuple[Array, Floats]:
    """Cores in the order of a chain, and the symmetric traffic of one message along each link."""
    order = np.random.default_rng(seed).permutation(cores)
    traffic = np.zeros((cores, cores))
    traffic[order[:-1], order[1:]] = 1
    return order, traffic + traffic.T
