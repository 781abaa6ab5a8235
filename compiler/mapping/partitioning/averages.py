"""averages: what the cores of a partitioning hold on average, and how many would hold what is too much."""

from bisect import bisect_left
from math import ceil

import numpy as np

from compiler.ir.hypergraph import Hypergraph
from compiler.mapping.loads import Loads
from targets.contracts.arrays import Array

_AXONS_IN, _AXONS_OUT = 2, 3  # rows of `Loads.use`


def full(found: Loads) -> float:
    """What cores hold on average of what they hold most of, over its limit: above 1 no moves make it legal."""
    return float(found.use.mean(axis=1).max())


def enough_cores(hypergraph: Hypergraph, found: Loads, most: int) -> int:
    """Cores, up to `most`, that hold what is too much for those of a partitioning with loads `found` on average.

    The more cores, the more of them a net reaches: of a net with n listeners that lie at random a core hears with a
    chance of 1 - (1 - 1 / cores)^n. `found` shows how much less that is where they do not.
    """
    used, degree = found.use.mean(axis=1), np.diff(hypergraph.indptr)
    enough = ceil(found.cores * float(np.delete(used, (_AXONS_IN, _AXONS_OUT)).max()))
    sent = hypergraph.width * (hypergraph.home >= 0)
    for row, width in ((_AXONS_IN, hypergraph.width), (_AXONS_OUT, sent)):

        def heard(cores: int, width: Array = width) -> float:
            return float((1 - (1 - 1 / cores) ** degree) @ width)

        if used[row] > 1:
            bearable = -heard(found.cores) / float(used[row])
            enough = max(enough, bisect_left(range(most), bearable, lo=found.cores, key=lambda cores: -heard(cores)))
    return enough
