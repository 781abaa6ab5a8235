"""own_time: a late population is read as if it were not late, and nothing of it is lost."""

from dataclasses import replace

import numpy as np
import pytest

from targets.conformance.random_program import random_program
from targets.contracts.chip import chip_named
from targets.contracts.errors import InputError
from targets.contracts.ports import Input
from targets.contracts.raster import SpikeRaster
from targets.contracts.synapses import Dense
from targets.program.program import Core, IntPopulation, IntProjection, Program
from targets.runtime.backend import load, ready_backends, run
from targets.runtime.own_time import lengthened
from targets.runtime.recording import Probe

QUICK = [known.name for known in ready_backends() if known.pace == "quick"]
ONE = np.ones(1, np.int32)


def chain(delays: list[int]) -> Program:
    """Neurons in a row that repeat what they hear, each late by all delays up to it, and a source for biases."""
    names = [f"p{number}" for number in range(len(delays))]
    late = np.cumsum(delays).tolist()
    populations = (
        *(
            IntPopulation(name, 1, 4095 * ONE, 4096 * ONE, ONE, 0 * ONE, latency=steps)
            for name, steps in zip(names, late, strict=True)
        ),
        IntPopulation("s", 1, 4095 * ONE, 4096 * ONE, ONE, 4096 * ONE, invented="every step"),
    )
    projections = tuple(
        IntProjection(f"{source}-{target}", source, target, Dense(np.array([[8]])), 0, delay)
        for source, target, delay in zip(["x", *names[:-1]], names, delays, strict=True)
    )
    core = Core(0, 0, {population.name: np.zeros(1, np.int32) for population in populations})
    return Program(
        chip_named("loihi2"), (Input("x", 1),), populations, projections, (core,), tuple(names), None, 5 + late[-1]
    )


@pytest.mark.parametrize("backend", [name for name in QUICK if name != "c"])  # C has no decay of 4,096
@pytest.mark.parametrize("steps", [1, 2, 7])
def test_every_population_repeats_the_input_in_the_very_step(backend: str, steps: int) -> None:
    """Whatever the latency is, also where it is longer than the sample."""
    program = chain([1, 4, 2])
    spikes = SpikeRaster.pack(np.random.default_rng(steps).random((3, steps, 1)) < 0.6, labels=[0, 1, 2])
    recording = run(program, spikes, backend, [Probe("p2", np.array([0]))])
    assert set(recording.spikes) == set(recording.u) == set(recording.v) == {"p0", "p1", "p2"}
    for raster in recording.spikes.values():
        assert np.array_equal(raster.dense(), spikes.dense())
        assert raster.lengths.tolist() == [steps] * 3
        assert raster.labels is not None
        assert raster.labels.tolist() == [0, 1, 2]
    assert np.array_equal(recording.traces["p2"].u, 8 * 64 * spikes.dense().astype(np.int32))


def test_the_machine_records_late_and_sources_too() -> None:
    program = chain([1, 4, 2])
    spikes = SpikeRaster.pack(np.ones((1, 2, 1)))
    with load(program) as loaded:
        raw = loaded.raw(lengthened({"x": spikes}, program.latest)).spikes
    assert {name: np.flatnonzero(raster.dense()).tolist() for name, raster in raw.items()} == {
        "p0": [1, 2],
        "p1": [5, 6],
        "p2": [7, 8],
        "s": list(range(9)),
    }


def test_spikes_after_the_length_of_a_sample_are_not_given_to_it() -> None:
    spikes = SpikeRaster.pack(np.ones((2, 4, 1)), lengths=[2, 0])
    for raster in run(chain([1, 2]), spikes).spikes.values():
        assert raster.dense()[:, :, 0].tolist() == [[1, 1, 0, 0], [0, 0, 0, 0]]
        assert raster.counts().tolist() == [[2], [0]]


@pytest.mark.parametrize("shape", [(0, 3, 1), (2, 0, 1)])
def test_no_samples_and_no_steps_give_none(shape: tuple[int, int, int]) -> None:
    found = run(chain([1, 2]), SpikeRaster.pack(np.zeros(shape))).spikes["p1"]
    assert (found.samples, found.steps, found.neurons) == shape


def test_what_is_not_late_is_recorded_as_it_is() -> None:
    program, inputs = random_program(np.random.default_rng(0))
    with load(program) as loaded:
        raw, own = loaded.raw(inputs), loaded.run(inputs)
    for name, raster in raw.spikes.items():
        assert np.array_equal(own.spikes[name].packed, raster.packed)
        assert np.array_equal(own.u[name], raw.u[name])


def test_a_sample_has_one_length_in_all_inputs() -> None:
    program = chain([1])
    two = replace(program, inputs=(Input("x", 1), Input("y", 1)))
    given = {"x": SpikeRaster.pack(np.ones((2, 3, 1))), "y": SpikeRaster.pack(np.ones((2, 3, 1)), lengths=[3, 1])}
    with pytest.raises(InputError) as error:
        run(two, given)
    assert str(error.value) == (
        "sample 1 has 3 steps that count in input 'x' and 1 in 'y'; a sample has one length, so give both inputs the "
        "same lengths."
    )
