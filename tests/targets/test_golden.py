"""A recording by others: the dense layer of lava-dl's ground truth (Intel, BSD-3), 200 -> 256 neurons, 2,000 steps."""

from pathlib import Path

import numpy as np
import pytest

from targets.contracts.chip import chip_named
from targets.contracts.errors import InputError
from targets.contracts.ports import Input
from targets.contracts.raster import SpikeRaster
from targets.contracts.synapses import Dense
from targets.program.program import Core, IntPopulation, IntProjection, Program
from targets.runtime.backend import about, backend_named, backend_names, run


@pytest.mark.slow
@pytest.mark.parametrize("backend", [variant for name in backend_names() for variant in about(name).variants])
def test_lava_dense_layer(shared: Path, backend: str) -> None:
    """Spikes of all 512,000 bins and the current after the last step; arrays are [neuron, time]."""
    try:
        backend_named(backend.partition(":")[0])
    except InputError as missing:
        pytest.skip(str(missing))
    folder = shared / "golden" / "lava_dense"
    given, current, spikes, weights = (np.load(folder / f"{name}.npy") for name in ("in", "current", "out", "weight"))
    neurons, steps = spikes.shape
    du, dv, vth, bias = (np.full(neurons, value) for value in (4095, 415, 6, 0))
    population = IntPopulation("dense", 1, du, dv, vth, bias)
    program = Program(
        chip=chip_named("loihi2"),
        inputs=(Input("input", len(given)),),
        populations=(population,),
        projections=(IntProjection("input-dense", "input", "dense", Dense(weights), 0, 1),),
        cores=tuple(Core(number, 0, {"dense": np.arange(number, neurons, 3)}) for number in range(3)),
        outputs=("dense",),
        readout=None,
        steps=steps,
    )
    recording = run(program, SpikeRaster.pack(given.T[None]), backend)
    assert int(spikes.sum()) == 1826
    assert np.array_equal(recording.spikes["dense"].dense()[0].T, spikes)
    assert np.array_equal(recording.u["dense"][0], 64 * current[:, -1])
