"""Every backend that runs in this process gives the spikes and the final state of the oracle, bit for bit."""

import sys
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings

from targets.conformance.equivalence import compare
from targets.contracts.chip import chip_named
from targets.contracts.errors import InputError
from targets.contracts.ports import Input
from targets.contracts.raster import SpikeRaster
from targets.contracts.synapses import Banded, BlockDiagonal, Dense, Sparse, Synapses
from targets.program.program import IntPopulation, IntProjection, Program
from targets.runtime.backend import backend_named, run
from targets.runtime.recording import Recording
from tests.strategies import Case, programs, random_program

LIMIT = 1 << 23


@pytest.fixture(params=["torch", "onnx"])
def other(request: pytest.FixtureRequest) -> str:
    """A backend that is held to the oracle."""
    return _installed(request.param)


@pytest.fixture(params=["numpy", "torch", "onnx"])
def backend(request: pytest.FixtureRequest) -> str:
    """A backend that is held to values computed by hand."""
    return _installed(request.param)


@pytest.mark.parametrize("name", ["torch", "onnx"])
def test_equals_the_oracle_on_programs_that_shrink(name: str) -> None:
    _installed(name)

    @settings(max_examples=40, deadline=None, database=None)
    @given(case=programs())
    def equal(case: Case) -> None:
        _assert_equals_oracle(*case, name)

    equal()


@pytest.mark.parametrize("seed", range(60))
def test_equals_the_oracle_on_random_programs(other: str, seed: int) -> None:
    program, inputs = random_program(np.random.default_rng(seed))
    _assert_equals_oracle(program, inputs, other)


def test_random_programs_are_not_silent() -> None:
    """The tests above compare thousands of spikes, currents that wrapped, and long delays."""
    cases = [random_program(np.random.default_rng(seed)) for seed in range(60)]
    recordings = [run(*case) for case in cases]
    assert sum(int(raster.counts().sum()) for r in recordings for raster in r.spikes.values()) > 1000
    assert max(int(np.abs(u).max()) for r in recordings for u in r.u.values()) > LIMIT // 2
    assert max(projection.delay for program, _ in cases for projection in program.projections) > 50
    kinds = {projection.synapses.kind for program, _ in cases for projection in program.projections}
    assert kinds == {"dense", "block", "band", "sparse"}


def test_threshold_is_strict(backend: str) -> None:
    program = _program(Dense(np.full((2, 1), 2)), vth=[100, 100], bias=[6400, 6401])
    recording = run(program, _spikes(1, 1), backend)
    assert recording.spikes["p"].dense().tolist() == [[[0, 1]]]
    assert recording.v["p"].tolist() == [[6400, 0]]


@pytest.mark.parametrize(
    ("coarse", "fine", "u"),
    [
        (8, 0, LIMIT),
        (8, 1, -LIMIT + 64),
        (-8, 0, LIMIT),
        (-8, 1, -LIMIT + 64),
        (-8, -1, LIMIT - 64),
        (24, 1, LIMIT + 64),
        (40, 0, 3 * LIMIT),
        (-40, 0, -3 * LIMIT),
    ],
    ids=lambda value: f"{value}",
)
def test_current_wraps_once_beyond_24_bits(backend: str, coarse: int, fine: int, u: int) -> None:
    """`coarse` spikes add 2^14 each and `fine` ones 1, before the alignment by 6 bits; 8 * 2^14 << 6 = 2^23."""
    strong = Dense(np.full((1, abs(coarse)), 128 * np.sign(coarse)))
    program = _program(strong, exponent=7, also=Dense(np.array([[2 * fine] + [0] * (abs(coarse) - 1)])), also_shift=-1)
    assert run(program, _spikes(2, abs(coarse)), backend).u["p"].tolist() == [[u]]


@pytest.mark.parametrize(("bias", "v"), [(-1000, 1 - LIMIT), (-64, 1 - LIMIT), (-63, 1 - LIMIT), (-60, 4 - LIMIT)])
def test_voltage_is_clipped_below(backend: str, bias: int, v: int) -> None:
    """u is -2^23 + 64 in step 1, in which nothing is left of step 0's bias."""
    program = _program(
        Dense(np.array([[-128] * 8])), exponent=7, also=Dense(np.array([[2] + [0] * 7])), also_shift=-1, bias=[bias]
    )
    recording = run(program, _spikes(2, 8), backend)
    assert recording.u["p"].tolist() == [[64 - LIMIT]]
    assert recording.v["p"].tolist() == [[v]]


def test_voltage_is_clipped_above(backend: str) -> None:
    """A threshold of 2^17 (one more than 17 bits hold) lies above the clipped voltage and so lets it be seen."""
    program = _program(Dense(np.full((1, 8), 128)), exponent=7, vth=[1 << 17])
    recording = run(program, _spikes(2, 8), backend)
    assert (recording.u["p"].item(), recording.v["p"].item()) == (LIMIT, LIMIT - 1)


@pytest.mark.parametrize(
    ("spikes", "u"),
    [
        (1023, -(2**31) + 2**21 + 2**24),
        (1024, -(2**31) + 2**24),
        (1025, 2**31 - 2**21 - 2**24),
    ],
)
def test_aligned_input_wraps_in_int32(backend: str, spikes: int, u: int) -> None:
    """Each spike adds -256 << 7 << 6 = -2^21; 1,025 of them pass -2^31 and come out positive."""
    program = _program(Dense(np.full((1, spikes), -256)), exponent=7)
    assert run(program, _spikes(2, spikes), backend).u["p"].tolist() == [[u]]


@pytest.mark.parametrize(
    "synapses",
    [
        Dense(np.array([[-2, -2], [2, 4]])),
        BlockDiagonal(np.array([[[-2, -2], [2, 4]]])),
        Banded(np.array([[[[-2, -2], [2, 4]]]]), np.array([[0]]), 1),
        Sparse(np.array([-2, -2, 2, 4]), np.array([0, 1, 0, 1]), np.array([0, 2, 4]), 2),
    ],
    ids=lambda synapses: str(synapses.kind),
)
def test_negative_exponent_floors_the_sum(backend: str, synapses: Synapses) -> None:
    """-4 >> 3 is -1, not 0 (toward zero) nor -2 (each synapse by itself); 6 >> 3 is 0."""
    assert run(_program(synapses, exponent=-3), _spikes(2, 2), backend).u["p"].tolist() == [[-64, 0]]


def test_ends_of_the_decay_registers(backend: str) -> None:
    """One spike of +-100 << 6, then one step of decay: 6400 * 4095 / 4096 = 6398.4, toward zero."""
    program = _program(
        Dense(np.array([[100], [-100], [100], [-100]])), du=[0, 0, 4095, 4095], dv=[0, 4095, 0, 4095], vth=[1000] * 4
    )
    recording = run(program, _spikes(3, 1, times=[0]), backend)
    assert recording.u["p"].tolist() == [[6398, -6398, 0, 0]]
    assert recording.v["p"].tolist() == [[6400 + 6398, -1 - 6398, 6400, -1]]


def test_delay_counts_from_the_spike(backend: str) -> None:
    program = _program(Dense(np.array([[2]])), delay=63, du=[4095], dv=[0], vth=[1000])
    recording = run(program, _spikes(64, 1, times=[0]), backend)
    assert recording.u["p"].tolist() == [[128]]
    assert run(program, _spikes(63, 1, times=[0]), backend).u["p"].tolist() == [[0]]


def test_one_step_brings_the_bias_only(backend: str) -> None:
    recording = run(_program(Dense(np.array([[254]])), bias=[7], vth=[1]), _spikes(1, 1), backend)
    assert (recording.u["p"].item(), recording.v["p"].item()) == (0, 7)


def test_silence_in_silence_out(backend: str) -> None:
    recording = run(_program(Dense(np.full((3, 2), 254))), SpikeRaster.pack(np.zeros((2, 10, 2), bool)), backend)
    assert recording.spikes["p"].counts().tolist() == [[0, 0, 0], [0, 0, 0]]
    assert not recording.u["p"].any()
    assert not recording.v["p"].any()


@pytest.mark.parametrize(("samples", "steps"), [(0, 5), (2, 0)])
def test_no_samples_or_steps(backend: str, samples: int, steps: int) -> None:
    recording = run(_program(Dense(np.array([[2]]))), SpikeRaster.pack(np.zeros((samples, steps, 1))), backend)
    assert recording.spikes["p"].dense().shape == (samples, steps, 1)
    assert recording.u["p"].shape == (samples, 1)


def test_samples_do_not_touch_each_other(backend: str) -> None:
    program, _ = random_program(np.random.default_rng(12))
    rng = np.random.default_rng(0)
    both = {x.name: SpikeRaster.pack(rng.random((2, 30, x.neurons)) < 0.5) for x in program.inputs}
    second = {name: raster.take([1]) for name, raster in both.items()}
    together, alone = run(program, both, backend), run(program, second, backend)
    assert sum(int(raster.counts().sum()) for raster in alone.spikes.values()) > 0
    for name, raster in together.spikes.items():
        assert np.array_equal(raster.dense()[1], alone.spikes[name].dense()[0])
        assert np.array_equal(together.u[name][1], alone.u[name][0])
        assert np.array_equal(together.v[name][1], alone.v[name][0])


def test_lengths_and_labels_travel_with_the_spikes(backend: str) -> None:
    spikes = SpikeRaster.pack(np.ones((2, 4, 1)), lengths=[3, 4], labels=[1, 0])
    output = run(_program(Dense(np.array([[2]]))), spikes, backend).spikes["p"]
    assert output.labels is not None
    assert (output.lengths.tolist(), output.labels.tolist()) == ([3, 4], [1, 0])


def test_projection_without_synapses_adds_nothing(backend: str) -> None:
    nothing: list[Synapses] = [
        Banded(np.zeros((0, 1, 2, 2), int), np.zeros((0, 1), int), 1),
        Sparse(np.zeros(0, int), np.zeros(0, int), np.zeros(3, int), 2),
    ]
    for synapses in nothing:
        assert not run(_program(synapses), _spikes(3, 2), backend).u["p"].any()


def test_missing_package_is_named(other: str, monkeypatch: pytest.MonkeyPatch) -> None:
    package = {"torch": "torch", "onnx": "onnxruntime"}[other]
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(InputError) as error:
        backend_named(other)
    needs, command = {
        "torch": ("PyTorch", "install it with: pip install torch"),
        "onnx": ("onnx and onnxruntime", "install them with: pip install onnx onnxruntime"),
    }[other]
    reason = f"import of {package} halted; None in sys.modules"
    assert str(error.value) == f"the {other} backend needs {needs} ({reason}); {command}"


def _installed(name: str) -> str:
    try:
        backend_named(name)
    except InputError as missing:
        pytest.skip(str(missing))
    return name


def _assert_equals_oracle(program: Program, inputs: Mapping[str, SpikeRaster], name: str) -> None:
    oracle, other = run(program, inputs), run(program, inputs, name)
    report = compare(oracle.spikes, other.spikes, ("numpy", name))
    assert report.equal, report.sentence()
    _assert_same_registers(oracle, other)


def _assert_same_registers(left: Recording, right: Recording) -> None:
    for mine, theirs in ((left.u, right.u), (left.v, right.v)):
        assert mine.keys() == theirs.keys()
        for name, values in mine.items():
            assert values.dtype == theirs[name].dtype == np.int32
            assert np.array_equal(values, theirs[name])


def _program(
    synapses: Synapses,
    *,
    exponent: int = 0,
    delay: int = 1,
    also: Synapses | None = None,
    also_shift: int = 0,
    **registers: npt.ArrayLike,
) -> Program:
    """Input "x" to population "p" that forgets u and v at once and hardly spikes, unless `registers` say otherwise."""
    post, pre = synapses.shape
    values = {"du": [4095] * post, "dv": [4095] * post, "vth": [131_071] * post, "bias": [0] * post} | registers
    projections = [IntProjection("x-p", "x", "p", synapses, exponent, delay)]
    if also is not None:
        projections.append(IntProjection("x-p too", "x", "p", also, also_shift, delay))
    population = IntPopulation("p", 1, **{key: np.asarray(value) for key, value in values.items()})
    return Program(chip_named("loihi2"), (Input("x", pre),), (population,), tuple(projections), (), ("p",), None, 1)


def _spikes(steps: int, neurons: int, times: list[int] | None = None) -> SpikeRaster:
    """One sample in which every input spikes at `times`, or in every step."""
    dense = np.zeros((1, steps, neurons), dtype=bool)
    dense[:, slice(None) if times is None else times] = True
    return SpikeRaster.pack(dense)
