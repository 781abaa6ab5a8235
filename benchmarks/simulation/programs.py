"""large_program: a program of any size on which event-driven simulation has as much to do as on a real network."""

from dataclasses import replace

import numpy as np

from benchmarks.mapping.networks import generated
from targets.contracts.arrays import Array
from targets.contracts.chip import chip_named
from targets.contracts.grid import decay_u, decay_v
from targets.contracts.synapses import Synapses, with_weights
from targets.program.program import IntPopulation, Program

_CHIP = "loihi2"


def large_program(neurons: int, seed: int = 0) -> Program:
    """The grid of `benchmarks.mapping.networks` with 51 synapses a neuron; weights, decays and thresholds are drawn.

    Weights are even, -64 .. 62 between neurons; those from the 700 inputs are 0 .. 21. It has no cores, as no simulator
    looks at them.
    """
    graph, chip = generated("grid", neurons, seed=seed).graph, chip_named(_CHIP)
    rng = np.random.default_rng((seed, 1))
    populations = tuple(
        IntPopulation(
            own.name,
            own.motif_size,
            decay_u(rng.choice([2, 4, 8], own.neurons), chip.arithmetic),
            decay_v(rng.choice([8, 16, 32], own.neurons), chip.arithmetic),
            rng.choice([400, 600, 800], own.neurons),
            np.zeros(own.neurons, np.int32),
        )
        for own in graph.populations
    )
    heard = {source.name for source in graph.inputs}
    projections = tuple(
        replace(own, synapses=_drawn(own.synapses, own.source in heard, rng)) for own in graph.projections
    )
    return Program(chip, graph.inputs, populations, projections, (), ("motifs",), None, graph.steps)


def _drawn(synapses: Synapses, positive: bool, rng: np.random.Generator) -> Synapses:
    weights: Array = 2 * rng.integers(-32, 32, synapses.weights.shape, np.int32)
    return with_weights(synapses, np.abs(weights) // 3 if positive else weights)
