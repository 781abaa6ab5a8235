"""fold: thresholds go into the weights, so that every neuron spikes above 1."""

from dataclasses import replace

import numpy as np

from compiler.ir import FloatGraph
from targets.synapses import with_weights


def fold(graph: FloatGraph) -> FloatGraph:
    """Divide each neuron's weights, bias and threshold by its threshold; u and v shrink alike, spikes stay.

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
        replace(
            projection,
            synapses=with_weights(
                projection.synapses,
                projection.synapses.weights
                / graph.population(projection.target).threshold[projection.synapses.row_of()],
            ),
        )
        for projection in graph.projections
    )
    return replace(graph, populations=populations, projections=projections)
