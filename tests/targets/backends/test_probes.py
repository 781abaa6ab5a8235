"""Traces of u and v: the same on every backend that runs in this process, and probes that ask for what is not there."""

import numpy as np
import pytest

from targets.backends import numpy as oracle
from targets.contracts.chip import chip_named
from targets.contracts.errors import InputError
from targets.contracts.ports import Input
from targets.contracts.raster import SpikeRaster
from targets.contracts.synapses import Dense
from targets.program.program import IntPopulation, IntProjection, Program
from targets.runtime.backend import Backend, backend_named
from targets.runtime.recording import Probe, checked_probes
from tests.strategies import random_program


@pytest.fixture(params=["numpy", "torch", "onnx"])
def backend(request: pytest.FixtureRequest) -> Backend:
    """A backend that can be probed."""
    try:
        return backend_named(request.param)
    except InputError as missing:
        pytest.skip(str(missing))


@pytest.mark.parametrize("seed", range(25))
def test_traces_are_those_of_the_oracle(backend: Backend, seed: int) -> None:
    rng = np.random.default_rng(seed)
    program, inputs = random_program(rng)
    probed = program.populations[seed % 2 :] or program.populations
    probes = [Probe(p.name, rng.permutation(p.neurons)[: 1 + seed % p.neurons].astype(np.int32)) for p in probed]
    expected, got = oracle.run(program, inputs, probes=probes), backend.run(program, inputs, "cpu", probes)
    assert got.traces.keys() == {probe.population for probe in probes}
    first = next(iter(inputs.values()))
    for probe in probes:
        mine, theirs = got.traces[probe.population], expected.traces[probe.population]
        assert mine.u.shape == mine.v.shape == (first.samples, first.steps, probe.neurons.size)
        assert mine.u.dtype == mine.v.dtype == np.int32
        assert np.array_equal(mine.u, theirs.u)
        assert np.array_equal(mine.v, theirs.v)
        assert np.array_equal(mine.u[:, -1], got.u[probe.population][:, probe.neurons])
    for name, raster in expected.spikes.items():
        assert np.array_equal(got.spikes[name].packed, raster.packed)
        assert np.array_equal(got.v[name], expected.v[name])


def test_trace_by_hand(backend: Backend) -> None:
    """A spike at t = 0 of weights 2 and 4 arrives at t = 1: u = 2 << 6 and 4 << 6, and stays, as du + 1 = 1 of 4096.

    128 * 4095 / 4096 = 127.97, toward zero 127; v = u with dv = 4095, of which 128 / 4096 leaves nothing.
    """
    population = IntPopulation("p", 1, **{key: np.array([x, x]) for key, x in REGISTERS.items()})
    projection = IntProjection("x-p", "x", "p", Dense(np.array([[2], [4]])), 0, 1)
    program = Program(chip_named("loihi2"), (Input("x", 1),), (population,), (projection,), (), ("p",), None, 3)
    spikes = SpikeRaster.pack(np.array([[[1], [0], [0]]]))
    trace = backend.run(program, {"x": spikes}, "cpu", [Probe("p", np.array([1, 0]))]).traces["p"]
    assert trace.u.tolist() == [[[0, 0], [256, 128], [255, 127]]]
    assert trace.v.tolist() == [[[0, 0], [256, 128], [255, 127]]]


def test_no_probe_no_trace(backend: Backend) -> None:
    program, inputs = random_program(np.random.default_rng(0))
    assert backend.run(program, inputs, "cpu", ()).traces == {}


@pytest.mark.parametrize(
    ("probes", "sentence"),
    [
        ([("q", [0])], "a probe asks for population 'q'; the program has p, so correct the name."),
        (
            [("p", [0, 2])],
            "a probe asks for neurons 0..2 of population 'p'; it has 2 (0..1), so correct the indices.",
        ),
        (
            [("p", [-1])],
            "a probe asks for neurons -1..-1 of population 'p'; it has 2 (0..1), so correct the indices.",
        ),
        ([("p", [0]), ("p", [1])], "population 'p' is probed twice; name all its neurons in one probe."),
    ],
)
def test_probe_of_what_is_not_there(probes: list[tuple[str, list[int]]], sentence: str) -> None:
    population = IntPopulation("p", 1, **{key: np.array([x, x]) for key, x in REGISTERS.items()})
    program = Program(chip_named("loihi2"), (Input("x", 1),), (population,), (), (), ("p",), None, 1)
    with pytest.raises(InputError) as error:
        checked_probes(program, [Probe(name, np.array(neurons)) for name, neurons in probes])
    assert str(error.value) == sentence


def test_probes_that_fit_come_back() -> None:
    program, _ = random_program(np.random.default_rng(0))
    probes = [Probe(p.name, np.array([p.neurons - 1, 0])) for p in program.populations]
    assert checked_probes(program, probes) == tuple(probes)
    nothing = Probe(program.populations[0].name, np.array([], dtype=np.int32))
    assert checked_probes(program, [nothing]) == (nothing,)


REGISTERS = {"du": 0, "dv": 4095, "vth": 131_071, "bias": 0}
