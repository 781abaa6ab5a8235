"""fold: thresholds go into the weights, so that every neuron spikes above 1."""

from dataclasses import replace

import numpy as np

from compiler.ir.graph import FloatGraph, FloatProjection
from targets.contracts.arrays import Floats
from targets.contracts.synapses import with_weights


def fold(graph: FloatGraph) -> FloatGraph:
    """Divide each neuron's weights, biases and threshold by its threshold; u and v shrink alike, spikes stay.

    A chip stores few distinct thresholds per core; after this pass a population needs one.
    """
    populations = tuple(
        replace(
            population,
            threshold=np.ones(population.neurons),
            bias=population.bias / population.threshold,
        )
        for population in graph.populations
    )
    projections = tuple(
        _divided(projection, graph.population(projection.target).threshold) for projection in graph.projections
    )
    return replace(graph, populations=populations, projections=projections)


def _divided(projection: FloatProjection, threshold: Floats) -> FloatProjection:
    """The projection with the row and bias of every post neuron divided by its threshold."""
    synapses = projection.synapses
    return replace(
        projection,
        synapses=with_weights(synapses, synapses.weights / threshold[synapses.row_of()]),
        bias=None if projection.bias is None else projection.bias / threshold,
    )
