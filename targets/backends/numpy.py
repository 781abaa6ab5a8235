"""The oracle: the integer step of targets/neuron.py run over time, in plain numpy."""

from collections.abc import Mapping

import numpy as np

from targets.arrays import Array, Ints
from targets.neuron import step
from targets.program import IntProjection, Program
from targets.raster import SpikeRaster
from targets.recording import Recording
from targets.semantics import LAVA, Semantics
from targets.synapses import with_weights


def requirement() -> str | None:
    """None: numpy is always there."""
    return None


def run(
    program: Program, inputs: Mapping[str, SpikeRaster], device: str = "cpu", semantics: Semantics = LAVA
) -> Recording:
    """Run all samples at once, step by step; `device` is ignored.

    a[t] = sum over projections of shift(weights s[t - delay], exponent), then `targets.neuron.step`.
    """
    first = next(iter(inputs.values()))
    samples, steps = first.samples, first.steps
    spikes = {name: raster.dense().astype(bool) for name, raster in inputs.items()}
    u, v = {}, {}
    for population in program.populations:
        spikes[population.name] = np.zeros((samples, steps, population.neurons), dtype=bool)
        u[population.name] = np.zeros((samples, population.neurons), dtype=np.int32)
        v[population.name] = np.zeros((samples, population.neurons), dtype=np.int32)
    for t in range(steps):
        for population in program.populations:
            name = population.name
            a = np.zeros((samples, population.neurons), dtype=np.int64)
            for projection in program.projections:
                if projection.target == name and t >= projection.delay:
                    a += arriving(projection, spikes[projection.source][:, t - projection.delay], semantics)
            u[name], v[name], spikes[name][:, t] = step(
                u[name],
                v[name],
                a.astype(np.int32),
                du=population.du,
                dv=population.dv,
                vth=population.vth,
                bias=population.bias,
                semantics=semantics,
            )
    rasters = {name: SpikeRaster.pack(spikes[name], first.lengths, first.labels) for name in u}
    return Recording(rasters, u, v)


def arriving(projection: IntProjection, spikes: Array, semantics: Semantics = LAVA) -> Ints:
    """What spikes [batch, pre] of `delay` steps ago add to the target's input: int64 [batch, post].

    Sums are exact: they run in float64 and stay below 2^53. Negative exponents shift down (floor), on the sum.
    """
    synapses, exponent = projection.synapses, projection.exponent
    if exponent < 0 and semantics.shift == "synapse":
        synapses, exponent = with_weights(synapses, synapses.weights >> -exponent), 0
    summed = synapses.accumulate(spikes.astype(np.float64)).astype(np.int64)
    return summed << exponent if exponent >= 0 else summed >> -exponent
