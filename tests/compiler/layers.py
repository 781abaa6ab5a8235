"""Dense layers that tests of mapping share."""

import numpy as np

from compiler.ir.graph import IntGraph
from targets.contracts.ports import Input
from targets.contracts.synapses import Dense
from targets.program.program import IntPopulation, IntProjection


def layers(*sizes: int, seed: int = 0) -> IntGraph:
    """Every neuron of a layer listens to nearly all of the one before it; the first size is that of the input."""
    rng = np.random.default_rng(seed)
    names = ["outside", *(f"layer {number}" for number in range(1, len(sizes)))]
    populations, projections = [], []
    for number, size in enumerate(sizes[1:], 1):
        same = np.ones(size, dtype=np.int32)
        populations.append(IntPopulation(names[number], 1, 500 * same, 200 * same, 400 * same, 0 * same))
        weights = 2 * rng.integers(-100, 100, (size, sizes[number - 1])).astype(np.int32)
        projections.append(IntProjection(f"into {number}", names[number - 1], names[number], Dense(weights), 0, 1))
    return IntGraph((Input("outside", sizes[0]),), tuple(populations), tuple(projections), None, 10, "")
