"""What the tests of the compiled loops share: spikes for many samples, one projection by itself, equal recordings."""

from collections.abc import Mapping

import numpy as np

from targets.contracts.arrays import Array
from targets.contracts.chip import chip_named
from targets.contracts.ports import Input
from targets.contracts.raster import SpikeRaster
from targets.contracts.synapses import Dense
from targets.program.program import IntPopulation, IntProjection, Program
from targets.runtime.recording import Recording


def many(inputs: Mapping[str, SpikeRaster], samples: int, seed: int) -> dict[str, SpikeRaster]:
    """As many samples of other spikes for the same inputs."""
    rng = np.random.default_rng(seed)
    return {
        name: SpikeRaster.pack(rng.random((samples, raster.steps, raster.neurons)) < 0.3)
        for name, raster in inputs.items()
    }


def assert_same(one: Recording, other: Recording) -> None:
    for name, raster in one.spikes.items():
        np.testing.assert_array_equal(raster.packed, other.spikes[name].packed)
        np.testing.assert_array_equal(one.u[name], other.u[name])
        np.testing.assert_array_equal(one.v[name], other.v[name])
    for name, trace in one.traces.items():
        np.testing.assert_array_equal(trace.u, other.traces[name].u)
        np.testing.assert_array_equal(trace.v, other.traces[name].v)


def one_projection(weights: Array, exponent: int) -> Program:
    """One population that hears all of one input, whose thresholds lie among what its sums reach."""
    chip = chip_named("loihi2")
    neurons = len(weights)
    vth = np.linspace(1, 60_000, neurons).astype(np.int32)
    zeros = np.zeros(neurons, np.int32)
    population = IntPopulation("p", 1, zeros + 4095, zeros + 4096, vth, zeros)
    return Program(
        chip=chip,
        inputs=(Input("x", weights.shape[1]),),
        populations=(population,),
        projections=(IntProjection("x-p", "x", "p", Dense(weights.astype(np.int32)), exponent, 1),),
        cores=(),
        outputs=("p",),
        readout=None,
        steps=5,
    )
