"""fold: thresholds go into the weights, so that every neuron spikes above 1."""

from dataclasses import replace

import numpy as np

from compiler.ir.graph import FloatGraph, FloatPopulation, FloatProjection
from targets.contracts.arrays import Floats, sealed
from targets.contracts.synapses import with_weights

_FAR = 2.25
"""A weight that is rounded to something is at most doubled; the rest is for decays."""
_ENDLESS = 2.0**50
"""Time constants in steps from here on forget nothing."""


def fold(graph: FloatGraph) -> FloatGraph:
    """Divide each neuron's weights, biases and threshold by its threshold; u and v shrink alike, spikes stay.

    A chip stores few distinct thresholds per core; after this pass a population needs one. Neurons that answer in
    voltage are divided by `_FAR` times the highest voltage that any input can bring, in `graph.steps` steps where
    nothing is forgotten, and their unit is multiplied by it.
    """
    thresholds = {
        each.name: each.threshold if each.unit is None else _unreached(graph, each) for each in graph.populations
    }
    populations = tuple(
        replace(
            population,
            threshold=np.ones(population.neurons),
            bias=population.bias / thresholds[population.name],
            unit=None if population.unit is None else population.unit * thresholds[population.name],
        )
        for population in graph.populations
    )
    projections = tuple(_divided(projection, thresholds[projection.target]) for projection in graph.projections)
    return replace(graph, populations=populations, projections=projections)


def _unreached(graph: FloatGraph, population: FloatPopulation) -> Floats:
    """A threshold [neuron] that rounded weights and decays do not bring v to either."""
    drive = np.abs(population.bias)
    lasts_u, lasts_v = (np.where(tau < _ENDLESS, tau, graph.steps) for tau in (population.tau_s, population.tau_m))
    for projection in graph.into(population.name):
        post, _, weight = projection.synapses.coordinates()
        row = np.bincount(post, np.abs(weight), minlength=population.neurons)
        drive = drive + lasts_u * (row + (0 if projection.bias is None else np.abs(projection.bias)))
    highest = drive * lasts_v
    return np.where(highest > 0, _FAR * highest, 1.0)


def _divided(projection: FloatProjection, threshold: Floats) -> FloatProjection:
    """The projection with the row and bias of every post neuron divided by its threshold."""
    synapses = projection.synapses
    return replace(
        projection,
        synapses=with_weights(synapses, sealed(synapses.weights / threshold[synapses.row_of()])),
        bias=None if projection.bias is None else projection.bias / threshold,
    )
