"""Growth of CPU seconds with neurons, on grids of motifs of 8."""

from collections.abc import Sequence
from math import log

import numpy as np

from benchmarks.mapping.measure import OURS
from benchmarks.mapping.results import Results

COMPARABLE = 100_000
"""Neurons up to which all is done: beyond, tables grow too large, and motifs move within regions of cores only."""

Point = tuple[int, float]


def whole_chain(results: Results) -> list[Point]:
    """(neurons, CPU seconds) of the whole chain."""
    return sorted((row.neurons, row.seconds) for row in results.chain if row.task.topology == "grid")


def mapping_alone(results: Results) -> list[Point]:
    """(neurons, CPU seconds) of coarsen, partition, place and refine."""
    own = [row for row in results.map if row.method == OURS and (row.task.topology, row.task.k) == ("grid", 8)]
    return sorted((row.neurons, row.partition + row.place) for row in own)


def exponent(points: Sequence[Point], most: int = COMPARABLE) -> float | None:
    """Slope of a straight line through the points up to `most` neurons on logarithmic axes; None below three sizes."""
    points = [point for point in points if point[0] <= most]
    if len({neurons for neurons, _ in points}) < 3:
        return None
    neurons, seconds = (np.array([log(point[axis]) for point in points]) for axis in (0, 1))
    away = neurons - neurons.mean()
    return float(away @ seconds / (away @ away))
