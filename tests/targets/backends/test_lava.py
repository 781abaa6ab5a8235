"""The Lava backend is held to the numpy oracle: spikes of every population, and u and v at the end."""

import importlib.util
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.machinery import ModuleSpec
from pathlib import Path

import numpy as np
import pytest

from targets.backends import lava
from targets.backends.lava import driver
from targets.backends.lava.lower import lower
from targets.backends.numpy import NumpyMachine
from targets.conformance.equivalence import compare
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster
from targets.contracts.semantics import Semantics
from targets.contracts.synapses import Banded, BlockDiagonal, Dense, Sparse
from targets.program.program import IntPopulation, IntProjection, Program
from targets.runtime.backend import load, run
from targets.runtime.recording import Probe, Recording
from tests.strategies import chip_of
from tests.targets.backends.lava.jobs import population, program, scattered

LIMIT = 1 << 23

both = pytest.mark.parametrize("granularity", ["layer", "core"])
installed = pytest.mark.skipif(lava.requirement() is not None, reason=str(lava.requirement()))


def equal_to_oracle(
    given: Program, inputs: Mapping[str, SpikeRaster], granularity: str = "layer", probes: Sequence[Probe] = ()
) -> Recording:
    """Run both, compare everything, and return the recording; "core" with the neurons scattered over three cores."""
    if granularity == "core":
        given = scattered(given, 3, np.random.default_rng(0))
    expected, got = load(given).raw(inputs, probes), lava.load(given, granularity).run(inputs, probes)
    report = compare(expected.spikes, got.spikes, ("numpy", "lava"))
    assert report.equal, report.sentence()
    for name in expected.u:
        assert np.array_equal(expected.u[name], got.u[name])
        assert np.array_equal(expected.v[name], got.v[name])
        assert got.u[name].dtype == got.v[name].dtype == np.int32
    assert set(got.traces) == set(expected.traces)
    for name, trace in expected.traces.items():
        assert np.array_equal(trace.u, got.traces[name].u)
        assert np.array_equal(trace.v, got.traces[name].v)
        assert got.traces[name].u.dtype == got.traces[name].v.dtype == np.int32
    return got


def random_spikes(samples: int, steps: int, neurons: int, seed: int, density: float = 0.3) -> SpikeRaster:
    return SpikeRaster.pack(np.random.default_rng(seed).random((samples, steps, neurons)) < density)


@pytest.mark.slow
@installed
@both
def test_runs_of_one_loaded_program_equal_fresh_ones(granularity: str) -> None:
    """Spikes still on their way when the first run ends must not arrive in the second, which is the first again."""
    given = scattered(
        program(
            {"x": 3},
            (population("h", 5, du=100, dv=50, vth=3, bias=20),),
            IntProjection("in", "x", "h", Dense(2 * np.arange(15).reshape(5, 3)), 0, 40),
            IntProjection("back", "h", "h", Dense(2 * np.eye(5, dtype=np.int32)), -1, 9),
        ),
        2,
        np.random.default_rng(0),
    )
    full, short = ({"x": random_spikes(samples, 45, 3, seed=samples, density=0.9)} for samples in (2, 1))
    with load(given, f"lava:{granularity}") as loaded:
        runs = [loaded.run(full), loaded.run(short, [Probe("h", np.array([4, 1]))]), loaded.run(full)]
    fresh = run(given, full, f"lava:{granularity}"), run(given, short)
    for got, expected in ((runs[0], fresh[0]), (runs[1], fresh[1]), (runs[2], fresh[0])):
        assert np.array_equal(got.spikes["h"].packed, expected.spikes["h"].packed)
        assert np.array_equal(got.u["h"], expected.u["h"])
        assert np.array_equal(got.v["h"], expected.v["h"])
    assert [list(each.traces) for each in runs] == [[], ["h"], []]
    assert runs[0].spikes["h"].counts().any()


@pytest.mark.slow
@installed
@both
def test_all_kinds_of_synapses_in_loops_over_several_samples(granularity: str) -> None:
    rng = np.random.default_rng(0)

    def neurons(name: str, size: int) -> IntPopulation:
        du, dv = rng.integers(0, 4096, size), rng.integers(0, 4096, size)
        du[:2], dv[:2] = (0, 4095), (0, 4095)
        return population(name, size, du=du, dv=dv, vth=rng.integers(1, 200, size), bias=rng.integers(-64, 64, size))

    def weights(*shape: int) -> np.ndarray:
        return 2 * rng.integers(-128, 128, shape)

    band = Banded(weights(2, 2, 4, 4), np.array([[1, 0], [1, -1]]), 2)
    given = program(
        {"x": 5},
        (neurons("h", 8), neurons("o", 3)),
        IntProjection("in", "x", "h", Dense(weights(8, 5)), 0, 1),
        IntProjection("recurrent", "h", "h", BlockDiagonal(weights(2, 4, 4)), -2, 2),
        IntProjection("lateral", "h", "h", band, 1, 1),
        IntProjection("out", "h", "o", Sparse(weights(3), np.array([1, 2, 7]), np.array([0, 1, 1, 3]), 8), 3, 1),
        IntProjection("back", "o", "h", Dense(weights(8, 3)), 0, 5),
    )
    lengths, labels = [20, 7, 0, 20], [3, 1, 2, 0]
    spikes = SpikeRaster.pack(rng.random((4, 20, 5)) < 0.4, lengths, labels)
    got = equal_to_oracle(given, {"x": spikes}, granularity, [Probe("h", np.array([7, 0, 3]))])
    assert got.traces["h"].u.any()
    assert got.spikes["h"].dense().sum() > 100
    assert got.spikes["o"].dense().sum() > 10
    assert got.spikes["o"].lengths.tolist() == lengths
    assert got.spikes["h"].labels is not None
    assert got.spikes["h"].labels.tolist() == labels


@pytest.mark.slow
@installed
@both
@pytest.mark.parametrize("exponent", [-8, 7])
def test_currents_wrap_and_voltages_saturate(exponent: int, granularity: str) -> None:
    rng = np.random.default_rng(exponent + 8)
    given = program(
        {"x": 20},
        (population("h", 10, du=rng.integers(0, 3, 10), dv=rng.integers(0, 3, 10), vth=(1 << 17) - 1),),
        IntProjection("in", "x", "h", Dense(2 * rng.integers(60, 128, (10, 20))), exponent, 1),
        IntProjection("back", "h", "h", Dense(2 * rng.integers(-128, 128, (10, 10))), exponent, 3),
    )
    spikes = {"x": random_spikes(2, 60, 20, seed=1)}
    got = equal_to_oracle(given, spikes, granularity)
    if exponent == 7:
        saturating = NumpyMachine(given, Semantics(overflow="saturate")).run(spikes)
        assert not compare(saturating.spikes, got.spikes).equal
        assert (got.v["h"] == 1 - LIMIT).any()
        assert got.spikes["h"].counts().sum() > 0


@pytest.mark.slow
@installed
@both
def test_long_delays_arrive_to_the_step(granularity: str) -> None:
    delays = {1: "a", 2: "b", 5: "c", 63: "d"}
    given = program(
        {"x": 1},
        tuple(population(name, 2) for name in delays.values()),
        *(IntProjection(f"x-{name}", "x", name, Dense(np.array([[2], [4]])), 0, d) for d, name in delays.items()),
    )
    pulses = np.zeros((2, 70, 1), dtype=bool)
    pulses[0, 0] = pulses[1, 6] = True
    got = equal_to_oracle(given, {"x": SpikeRaster.pack(pulses)}, granularity)
    for delay, name in delays.items():
        times = [np.flatnonzero(got.spikes[name].dense()[sample].any(axis=1)).tolist() for sample in (0, 1)]
        assert times == [[delay], [6 + delay] if 6 + delay < 70 else []]


@pytest.mark.slow
@installed
@both
def test_parts_without_connection_all_run(granularity: str) -> None:
    given = program(
        {"x": 2, "idle": 3},
        (population("lone", 2, bias=[30, -7]), population("h", 2), population("deaf", 1, bias=40), population("o", 1)),
        IntProjection("x-h", "x", "h", Dense(np.array([[2, 0], [0, 2]])), 0, 1),
        IntProjection("deaf-o", "deaf", "o", Dense(np.array([[2]])), 0, 1),
        IntProjection("h-o", "h", "o", Dense(np.array([[0, 0]])), 0, 1),
    )
    inputs = {"x": random_spikes(2, 12, 2, seed=2), "idle": random_spikes(2, 12, 3, seed=3)}
    got = equal_to_oracle(given, inputs, granularity)
    for name in ("lone", "h", "deaf", "o"):
        assert got.spikes[name].counts().sum() > 0


@pytest.mark.slow
@installed
def test_one_step_and_every_bias_that_lava_can_hold() -> None:
    biases = [0, 1, -1, 32767, -32768, 1 << 20, -(4097 << 6), 8191 << 9]
    given = program({"x": 1}, (population("h", 8, vth=(1 << 17) - 1, bias=biases),))
    got = equal_to_oracle(given, {"x": SpikeRaster.pack(np.ones((3, 1, 1)))})
    assert got.v["h"].tolist() == [biases] * 3


@pytest.mark.slow
@installed
@both
def test_samples_that_fill_several_lava_networks(granularity: str) -> None:
    wide = 20_000
    ends = np.array([0, 1, wide - 1])
    given = program(
        {"x": wide},
        (population("h", 3, vth=3),),
        IntProjection("in", "x", "h", Sparse(np.array([2, 4, 6]), ends, np.arange(4), wide), 0, 1),
        IntProjection("back", "h", "h", Dense(2 * np.ones((3, 3), dtype=np.int32)), 0, 2),
    )
    got = equal_to_oracle(given, {"x": random_spikes(5, 8, wide, seed=4)}, granularity, [Probe("h", np.array([2, 0]))])
    assert got.spikes["h"].counts().sum(axis=1).all()


@pytest.mark.slow
@installed
@pytest.mark.parametrize("exponent", [-1, 1])
def test_parallel_synapses_sum_beyond_one_weight(exponent: int) -> None:
    twice = Sparse(np.array([254, 254, -256, -256, -2]), np.array([0, 0, 1, 1, 1]), np.array([0, 2, 5]), 2)
    given = program(
        {"x": 2},
        (population("h", 2, vth=200),),
        IntProjection("in", "x", "h", twice, exponent, 1),
    )
    equal_to_oracle(given, {"x": random_spikes(2, 10, 2, seed=5)})


@pytest.mark.parametrize(("samples", "steps"), [(0, 5), (3, 0)])
def test_nothing_to_run_starts_no_process(samples: int, steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(driver, "supervise")
    given = program({"x": 1}, (population("h", 2),))
    raster = SpikeRaster.pack(np.zeros((samples, steps, 1)))
    got = lava.load(given).run({"x": raster}, [Probe("h", np.array([1]))])
    assert got.spikes["h"].packed.shape == (samples, steps, 1)
    assert got.u["h"].tolist() == got.v["h"].tolist() == [[0, 0]] * samples
    assert got.traces["h"].u.shape == got.traces["h"].v.shape == (samples, steps, 1)


def test_an_unknown_variant_is_refused() -> None:
    with pytest.raises(InputError) as error:
        lava.load(program({"x": 1}, (population("h", 2),)), "cuda")
    assert str(error.value) == (
        "unknown variant 'cuda' of the lava backend; known are 'layer' (also 'auto', 'cpu') and 'core', so "
        "choose one of them."
    )


@pytest.mark.slow
@installed
def test_a_long_path_of_the_temporary_folder_is_no_obstacle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    long = tmp_path / ("x" * 100)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    equal_to_oracle(program({"x": 1}, (population("h", 2, bias=40),)), {"x": random_spikes(1, 3, 1, seed=0)})
    assert list(long.iterdir()) == []


def test_no_temporary_folder_with_a_short_path_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/" + 60 * "x")
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(InputError) as error:
        lava.load(program({"x": 1}, (population("h", 2),))).run({"x": random_spikes(1, 2, 1, seed=0)})
    assert str(error.value) == (
        f"the folder for temporary files, /{60 * 'x'}, has a path of 61 bytes; Lava's sockets need one of at most 42, "
        "so set TMPDIR to a shorter one."
    )


def test_weights_that_lava_would_round_or_clip_are_refused() -> None:
    for weights in ([[3], [4]], [[256], [3]]):
        given = program({"x": 1}, (population("h", 2),), IntProjection("in", "x", "h", Dense(np.array(weights)), 0, 1))
        with pytest.raises(InputError) as error:
            lava.load(given)
        low, high = min(weights)[0], max(weights)[0]
        assert str(error.value) == (
            f"projection 'in' has weights {low}..{high}; Lava would clip or round what is not even and in -256..254, "
            "so quantise them to that grid."
        )


def test_other_widths_than_lavas_are_refused() -> None:
    given = replace(program({"x": 1}, (population("h", 2),)), chip=chip_of(20, 10, 4))
    with pytest.raises(InputError) as error:
        lava.load(given)
    assert str(error.value) == (
        "chip 'loihi2' has u and v of 20 bits, decays of 10 and inputs aligned by 4; Lava has 24, 12 and 6, so choose "
        "another backend or chip."
    )


def test_a_bias_that_lava_cannot_hold_is_refused() -> None:
    given = program({"x": 1}, (population("h", 3, bias=[1, 32769, 5]),))
    with pytest.raises(InputError) as error:
        lava.load(given)
    assert str(error.value) == (
        "population 'h' has a bias of 32769; Lava holds mantissa * 2^exponent with |mantissa| < 2^15, "
        "so round the bias."
    )


def test_the_deadline_grows_with_the_work() -> None:
    network = lower(program({"x": 1}, (population("h", 1),)))
    assert driver.deadline(network, 1, 10) < driver.deadline(network, 1, 1000)
    assert driver.deadline(network, 1, 10) < driver.deadline(network, 10**6, 10)


def test_missing_packages_are_named_with_the_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    def find_spec(name: str) -> ModuleSpec | None:
        return None if name in ("lava", "asteval") else ModuleSpec(name, None)

    monkeypatch.setattr(importlib.util, "find_spec", find_spec)
    assert lava.requirement() == (
        "the lava backend needs lava, asteval, not installed here; run: "
        "pip install asteval cloudpickle scikit-learn scipy && "
        "pip install --no-deps --ignore-requires-python lava-nc==0.10.0"
    )


def test_importing_the_backend_does_not_import_lava() -> None:
    script = "import sys, targets.backends.lava as b; b.requirement(); sys.exit('lava' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
