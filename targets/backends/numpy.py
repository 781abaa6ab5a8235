"""The oracle: the integer step of targets/runtime/neuron.py run over time, in plain numpy."""

from collections.abc import Mapping, Sequence

import numpy as np

from targets.contracts.arrays import Array, Ints
from targets.contracts.raster import SpikeRaster
from targets.contracts.semantics import LAVA, Semantics
from targets.contracts.synapses import with_weights
from targets.program.program import IntProjection, Program
from targets.runtime.neuron import inject, step
from targets.runtime.recording import Probe, Recording, Trace


def requirement() -> str | None:
    """None: numpy is always there."""
    return None


def run(
    program: Program,
    inputs: Mapping[str, SpikeRaster],
    device: str = "cpu",
    probes: Sequence[Probe] = (),
    semantics: Semantics = LAVA,
) -> Recording:
    """Run all samples at once, step by step; `device` is ignored.

    a[t] = sum over projections of shift(weights s[t - delay], exponent), then `targets.runtime.neuron.step`.
    """
    first = next(iter(inputs.values()))
    samples, steps = first.samples, first.steps
    spikes = {name: raster.dense().astype(bool) for name, raster in inputs.items()}
    u, v = {}, {}
    for population in program.populations:
        spikes[population.name] = np.zeros((samples, steps, population.neurons), dtype=bool)
        u[population.name] = np.zeros((samples, population.neurons), dtype=np.int32)
        v[population.name] = np.zeros((samples, population.neurons), dtype=np.int32)
    shapes = {probe.population: (samples, steps, probe.neurons.size) for probe in probes}
    traces = {name: Trace(np.zeros(shape, np.int32), np.zeros(shape, np.int32)) for name, shape in shapes.items()}
    heard, own = _by_target(program, semantics)
    for t in range(steps):
        for population in program.populations:
            name = population.name
            silent = semantics.first_bias == "missing" and t == 0
            u[name], v[name], spikes[name][:, t] = step(
                u[name],
                v[name],
                _input(heard[name], spikes, t, semantics),
                du=population.du,
                dv=population.dv,
                vth=population.vth,
                bias=np.zeros_like(population.bias) if silent else population.bias,
                fired=spikes[name][:, t - 1] if t else None,
                semantics=semantics,
            )
            if own[name]:
                u[name] = inject(u[name].astype(np.int64), _input(own[name], spikes, t + 1, semantics), semantics)
        for probe in probes:
            traces[probe.population].u[:, t] = u[probe.population][:, probe.neurons]
            traces[probe.population].v[:, t] = v[probe.population][:, probe.neurons]
    shift = 1 if semantics.output == "next step" else 0
    rasters = {name: SpikeRaster.pack(_delayed(spikes[name], shift), first.lengths, first.labels) for name in u}
    return Recording(rasters, u, v, traces)


def arriving(projection: IntProjection, spikes: Array, semantics: Semantics = LAVA) -> Ints:
    """What spikes [batch, pre] of `delay` steps ago add to the target's input: int64 [batch, post].

    Sums are exact: they run in float64 and stay below 2^53. Negative exponents shift down (floor), on the sum.
    """
    synapses, exponent = projection.synapses, projection.exponent
    if exponent < 0 and semantics.shift == "synapse":
        synapses, exponent = with_weights(synapses, synapses.weights >> -exponent), 0
    summed = synapses.accumulate(spikes.astype(np.float64)).astype(np.int64)
    return summed << exponent if exponent >= 0 else summed >> -exponent


def _by_target(
    program: Program, semantics: Semantics
) -> tuple[dict[str, list[IntProjection]], dict[str, list[IntProjection]]]:
    """Projections that each population hears within a step, and its own that it hears at the end of a step."""
    heard: dict[str, list[IntProjection]] = {population.name: [] for population in program.populations}
    own: dict[str, list[IntProjection]] = {population.name: [] for population in program.populations}
    for projection in program.projections:
        early = semantics.recurrence == "same step" and projection.source == projection.target
        (own if early else heard)[projection.target].append(projection)
    return heard, own


def _input(projections: Sequence[IntProjection], spikes: Mapping[str, Array], t: int, semantics: Semantics) -> Ints:
    """What arrives at step t through `projections` of one population: int32 [batch, post], or a scalar 0 for none."""
    a = np.zeros((), dtype=np.int64)
    for projection in projections:
        if t >= projection.delay:
            a = a + arriving(projection, spikes[projection.source][:, t - projection.delay], semantics)
    return a.astype(np.int32)


def _delayed(spikes: Array, steps: int) -> Array:
    """Spikes [sample, time, neuron] `steps` later, silence before."""
    return np.concatenate([np.zeros_like(spikes[:, :steps]), spikes[:, : spikes.shape[1] - steps]], axis=1)
