"""A backend of your own: one step after the other with dense weights, held to the oracle on programs made at random.

Run it with: python examples/own_backend.py
To find it by name (`motifc run net.program --backend mine`) put it behind an entry point: CONTRIBUTING.md, "A backend".
"""

from collections.abc import Mapping

import numpy as np

from motifc import Program, Recording, SpikeRaster, fuzz, load
from targets.runtime.neuron import rest, step


def mine(program: Program, inputs: Mapping[str, SpikeRaster]) -> Recording:
    """Spikes of every population, and its u and v after the last step, on all samples at once."""
    first = next(iter(inputs.values()))
    shape = {each.name: (first.samples, first.steps, each.neurons) for each in program.populations}
    spikes = {name: np.zeros(shape[name], np.uint8) for name in shape}
    heard = spikes | {name: raster.dense() for name, raster in inputs.items()}
    u, v, resting = ({name: np.zeros((s, n), np.int32) for name, (s, _, n) in shape.items()} for _ in range(3))
    weights = {each.name: each.dense().astype(np.int64) for each in program.projections}
    for t in range(first.steps):
        for each in program.populations:
            name, arriving = each.name, np.zeros(u[each.name].shape, np.int64)
            for one in program.projections:
                if one.target == name and t >= one.delay:
                    summed = heard[one.source][:, t - one.delay] @ weights[one.name].T
                    arriving += summed << one.exponent if one.exponent >= 0 else summed >> -one.exponent
            u[name], v[name], fired = step(
                u[name],
                v[name],
                arriving.astype(np.int32),
                du=each.du,
                dv=each.dv,
                vth=each.vth,
                bias=each.bias,
                arithmetic=program.chip.arithmetic,
            )
            v[name], fired, resting[name] = rest(v[name], fired, resting[name], each.refractory_steps)
            spikes[name][:, t] = fired
    rasters = {name: SpikeRaster.pack(spikes[name], first.lengths, first.labels) for name in spikes}
    return Recording(rasters, u, v, {})


def oracle(program: Program, inputs: Mapping[str, SpikeRaster]) -> Recording:
    """The definition of the neuron over time, in plain numpy."""
    with load(program, "numpy") as loaded:
        return loaded.raw(inputs)


report = fuzz(20, 0, {"numpy": oracle, "mine": mine})
if report.failures:
    raise SystemExit(report.failures[0].sentence())
print(f"numpy and mine are equal: 0 of {report.bins:,} bins differ, {report.spikes:,} spikes compared.")
