"""interpret: run a FloatGraph in numpy, in float64."""

from collections.abc import Mapping

import numpy as np

from compiler.ir import FloatGraph
from targets.raster import SpikeRaster
from targets.semantics import LAVA, Semantics


def interpret(
    graph: FloatGraph, inputs: Mapping[str, SpikeRaster], semantics: Semantics = LAVA
) -> dict[str, SpikeRaster]:
    """Spikes of every population; each sample starts from zero state and empty delay buffers.

    ```
    u[t] = (1 - 1/tau_s) u[t-1] + sum over projections of W s[t - delay]
    v[t] = (1 - 1/tau_m) v[t-1] + u[t] + bias
    s[t] = v[t] > threshold;   v[t] = 0 where s[t];   u is kept
    ```
    `inputs` maps the name of each input to its spikes. Of `semantics` only threshold and reset bear on floats.
    """
    first = next(iter(inputs.values()))
    samples, steps = first.samples, first.steps
    spikes = {name: raster.dense().astype(np.float64) for name, raster in inputs.items()}
    u, v = {}, {}
    for population in graph.populations:
        spikes[population.name] = np.zeros((samples, steps, population.neurons))
        u[population.name] = np.zeros((samples, population.neurons))
        v[population.name] = np.zeros((samples, population.neurons))
    for t in range(steps):
        for population in graph.populations:
            name, threshold = population.name, population.threshold
            u[name] = (1 - 1 / population.tau_s) * u[name]
            for projection in graph.into(name):
                if t >= projection.delay:
                    u[name] += projection.synapses.accumulate(spikes[projection.source][:, t - projection.delay])
            v[name] = (1 - 1 / population.tau_m) * v[name] + u[name] + population.bias
            s = v[name] > threshold if semantics.threshold == ">" else v[name] >= threshold
            v[name] = np.where(s, 0 if semantics.reset == "zero" else v[name] - threshold, v[name])
            spikes[name][:, t] = s
    return {name: SpikeRaster.pack(spikes[name], first.lengths, first.labels) for name in u}
