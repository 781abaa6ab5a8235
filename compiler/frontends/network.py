"""lower: a Network becomes a FloatGraph."""

import numpy as np

from compiler.ir.graph import FloatGraph, FloatPopulation, FloatProjection
from search.network import Network
from targets.contracts.synapses import with_weights

_OUT_OF_REACH = 2.0**900
"""The threshold of neurons that never spike."""


def lower(network: Network) -> FloatGraph:
    """Fold each neuron's gain R / (tau_m * tau_s) into the rows of its weights; everything else is kept.

    The equations are those of the graph's interpreter (compiler/analysis/interpret.py).
    """
    populations = tuple(
        FloatPopulation(
            name=layer.name,
            motif_size=layer.motif_size,
            tau_s=layer.tau_s,
            tau_m=layer.tau_m,
            threshold=layer.threshold if layer.unit is None else np.full(layer.neurons, _OUT_OF_REACH),
            bias=layer.bias,
            refractory=layer.refractory,
            unit=layer.unit,
        )
        for layer in network.layers
    )
    projections = tuple(
        FloatProjection(
            name=connection.name,
            source=connection.source,
            target=connection.target,
            synapses=with_weights(
                connection.synapses,
                connection.synapses.weights * network.layer(connection.target).gain[connection.synapses.row_of()],
            ),
            delay=connection.delay,
        )
        for connection in network.connections
    )
    return FloatGraph(
        inputs=network.inputs,
        populations=populations,
        projections=projections,
        readout=network.readout,
        steps=network.steps,
        origin=network.digest,
        provenance=network.provenance,
    )
