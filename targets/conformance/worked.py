"""worked_cases: small programs whose spikes, u and v were worked out by hand, at the edges of the arithmetic."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from targets.contracts.chip import chip_named
from targets.contracts.ports import Input
from targets.contracts.raster import SpikeRaster
from targets.contracts.synapses import Banded, BlockDiagonal, Dense, Sparse, Synapses
from targets.program.program import Core, IntPopulation, IntProjection, Program
from targets.runtime.recording import Probe

# The numbers below are those of loihi2: u and v of 24 bits, decays of 12, thresholds of 17.
_LIMIT = 1 << 23
_FORGETS = (1 << 12) - 1
_HIGH = (1 << 17) - 1


@dataclass(frozen=True, eq=False)
class ConformanceCase:
    """One program and what it is run on.

    sets     sample sets, run one after the other on one loaded program; each must start from zero state
    probes   what is traced in every run
    by_hand  what the first run must give, worked out by hand: "spikes" [sample][time][neuron], "u" and "v"
             [sample][neuron], "trace_u" and "trace_v" [sample][time][probe] of the last population
    """

    name: str
    program: Program
    sets: tuple[Mapping[str, SpikeRaster], ...]
    probes: tuple[Probe, ...] = ()
    by_hand: Mapping[str, Any] = field(default_factory=dict)


def worked_cases() -> tuple[ConformanceCase, ...]:
    """Thresholds, registers, rounding, delays, and samples that are none, silent, or tagged."""
    return (*_thresholds(), *_currents(), *_voltages(), *_sums(), *_times(), *_samples())


def _thresholds() -> Iterator[ConformanceCase]:
    program = _program(Dense(np.full((2, 1), 2)), vth=[100, 100], bias=[6400, 6401])
    yield _case("spikes only above the threshold", program, _spikes(1, 1), spikes=[[[0, 1]]], v=[[6400, 0]])
    # x -> p with delay 2, p -> p with delay 1: a = 0 0 2 2-4 0 0;  u = 64 a;  v > 64 only for a = 2.
    looped = _program(
        Dense(np.array([[2]])),
        delay=2,
        also=IntProjection("p-p", "p", "p", Dense(np.array([[-2]])), 1, 1),
        vth=[1],
    )
    spikes = [[[0], [0], [1], [0], [0], [0]]]
    yield _case("own spikes arrive a step later", looped, _spikes(6, 1, [0, 1]), spikes=spikes, u=[[0]], v=[[0]])
    # A bias of one above the threshold: a spike in every step in which no rest is left; u = 128 once x is heard.
    rested = _program(Dense(np.full((3, 1), 2)), vth=[1] * 3, bias=[65] * 3, refractory=[0, 1, 2])
    spikes = [[[1, 1, 1], [1, 0, 0], [1, 1, 0], [1, 0, 1]]]
    probe = Probe("p", np.arange(3, dtype=np.int32))
    yield _case(
        "refractory periods of 0 to 2 steps",
        rested,
        _spikes(4, 1, [2]),
        (probe,),
        spikes=spikes,
        u=[[128] * 3],
        v=[[0] * 3],
        trace_u=[[[0] * 3, [0] * 3, [0] * 3, [128] * 3]],
        trace_v=[[[0] * 3] * 4],
    )


def _currents() -> Iterator[ConformanceCase]:
    """`coarse` spikes add 2^14 each and `fine` ones 1, before the alignment by 6 bits; 8 * 2^14 << 6 = 2^23."""
    limit = _LIMIT
    for coarse, fine, u in (
        (8, 0, limit),
        (8, 1, -limit + 64),
        (-8, 0, limit),
        (-8, 1, -limit + 64),
        (-8, -1, limit - 64),
        (24, 1, limit + 64),
        (40, 0, 3 * limit),
        (-40, 0, -3 * limit),
    ):
        program = _coarse_and_fine(coarse, fine)
        name = f"u wraps once beyond 24 bits, {coarse} * 2^20 + {fine} * 2^6"
        yield _case(name, program, _spikes(2, abs(coarse)), u=[[u]])
    # Each spike adds -256 << 7 << 6 = -2^21; 1,025 of them pass -2^31 and come out positive.
    for spikes, u in (
        ((1 << 10) - 1, -(2**31) + 2**21 + 2**24),
        (1 << 10, -(2**31) + 2**24),
        ((1 << 10) + 1, 2**31 - 2**21 - 2**24),
    ):
        program = _program(Dense(np.full((1, spikes), -256)), exponent=7)
        yield _case(f"aligned input wraps in int32, {spikes} spikes", program, _spikes(2, spikes), u=[[u]])


def _voltages() -> Iterator[ConformanceCase]:
    """Below: u is -2^23 + 64 in step 1, in which nothing is left of step 0's bias.

    Above: a threshold of 2^17, one more than 17 bits hold, lies above the clipped voltage and so lets it be seen.
    """
    limit = _LIMIT
    for bias, v in ((-1000, 1 - limit), (-64, 1 - limit), (-63, 1 - limit), (-60, 4 - limit)):
        program = _coarse_and_fine(-8, 1, bias=(bias,))
        yield _case(f"v is clipped below, bias {bias}", program, _spikes(2, 8), u=[[64 - limit]], v=[[v]])
    program = _program(Dense(np.full((1, 8), 128)), exponent=7, vth=[1 << 17])
    yield _case("v is clipped above", program, _spikes(2, 8), u=[[limit]], v=[[limit - 1]])
    # One spike of +-100 << 6, then one step of decay: 6400 * 4095 / 4096 = 6398.4, toward zero.
    program = _program(
        Dense(np.array([[100], [-100], [100], [-100]])),
        du=[0, 0, _FORGETS, _FORGETS],
        dv=[0, _FORGETS, 0, _FORGETS],
        vth=[1000] * 4,
    )
    yield _case(
        "ends of the decay registers",
        program,
        _spikes(3, 1, [0]),
        u=[[6398, -6398, 0, 0]],
        v=[[6400 + 6398, -1 - 6398, 6400, -1]],
    )


def _sums() -> Iterator[ConformanceCase]:
    """-4 >> 3 is -1, not 0 (toward zero) nor -2 (each synapse by itself); 6 >> 3 is 0."""
    for synapses in (
        Dense(np.array([[-2, -2], [2, 4]])),
        BlockDiagonal(np.array([[[-2, -2], [2, 4]]])),
        Banded(np.array([[[[-2, -2], [2, 4]]]]), np.array([[0]]), 1),
        Sparse(np.array([-2, -2, 2, 4]), np.array([0, 1, 0, 1]), np.array([0, 2, 4]), 2),
    ):
        program = _program(synapses, exponent=-3)
        yield _case(f"a negative exponent floors the sum, {synapses.kind}", program, _spikes(2, 2), u=[[-64, 0]])
    for nothing in (
        Banded(np.zeros((0, 1, 2, 2), int), np.zeros((0, 1), int), 1),
        Sparse(np.zeros(0, int), np.zeros(0, int), np.zeros(3, int), 2),
    ):
        name = f"a projection without synapses adds nothing, {nothing.kind}"
        yield _case(name, _program(nothing), _spikes(3, 2), u=[[0, 0]])


def _times() -> Iterator[ConformanceCase]:
    late = _program(Dense(np.array([[2]])), delay=63, dv=[0], vth=[1000])
    yield _case("delay 63 arrives in step 63", late, _spikes(64, 1, [0]), u=[[128]])
    yield _case("delay 63 has not arrived in step 62", late, _spikes(63, 1, [0]), u=[[0]])
    biased = _program(Dense(np.array([[254]])), bias=[7], vth=[1])
    yield _case("one step brings the bias only", biased, _spikes(1, 1), u=[[0]], v=[[7]])
    # u = 2 << 6 and 4 << 6 at t = 1; then 128 * 4095 / 4096 = 127.97, toward zero 127, and v = u.
    traced = _program(Dense(np.array([[2], [4]])), du=[0, 0])
    trace = [[[0, 0], [256, 128], [255, 127]]]
    probes = (Probe("p", np.array([1, 0])),)
    yield _case("traces after every step", traced, _spikes(3, 1, [0]), probes, trace_u=trace, trace_v=trace)


def _samples() -> Iterator[ConformanceCase]:
    silent = SpikeRaster.pack(np.zeros((2, 10, 2), bool))
    zeros = [[0, 0, 0], [0, 0, 0]]
    program = _program(Dense(np.full((3, 2), 254)))
    yield _case("silence in, silence out", program, silent, u=zeros, v=zeros, spikes=[[[0, 0, 0]] * 10] * 2)
    tagged = SpikeRaster.pack(np.ones((2, 4, 1)), lengths=[3, 4], labels=[1, 0])
    yield _case("lengths and labels go with the spikes", _program(Dense(np.array([[2]]))), tagged, u=[[128], [128]])
    asked = SpikeRaster.pack(np.ones((2, 4, 1)), targets=[[0.5, -1.0], [2.0, 0.0]])
    yield _case("targets go with the spikes", _program(Dense(np.array([[2]]))), asked, u=[[128], [128]])
    for samples, steps in ((0, 5), (2, 0)):
        spikes = SpikeRaster.pack(np.zeros((samples, steps, 1)))
        name = f"{samples} samples of {steps} steps"
        yield _case(name, _program(Dense(np.array([[2]]))), spikes, u=[[0]] * samples, spikes=[[]] * samples)


def _case(
    name: str, program: Program, given: SpikeRaster, probes: tuple[Probe, ...] = (), **by_hand: Any
) -> ConformanceCase:
    return ConformanceCase(name, program, ({"x": given},), probes, by_hand)


def _coarse_and_fine(coarse: int, fine: int, bias: tuple[int, ...] = (0,)) -> Program:
    """|coarse| synapses of +-128 << 7 = +-2^14, and beside the first one of 2 fine >> 1."""
    strong = Dense(np.full((1, abs(coarse)), 128 * np.sign(coarse)))
    weak = Dense(np.array([[2 * fine] + [0] * (abs(coarse) - 1)]))
    return _program(strong, exponent=7, also=IntProjection("x-p too", "x", "p", weak, -1, 1), bias=bias)


def _program(
    synapses: Synapses,
    *,
    exponent: int = 0,
    delay: int = 1,
    also: IntProjection | None = None,
    **registers: npt.ArrayLike,
) -> Program:
    """Input "x" to population "p" that forgets u and v at once and hardly spikes, unless `registers` say otherwise.

    Its neurons are dealt out to two cores in turn.
    """
    post, pre = synapses.shape
    values: dict[str, npt.ArrayLike] = {
        "du": [_FORGETS] * post,
        "dv": [_FORGETS] * post,
        "vth": [_HIGH] * post,
        "bias": [0] * post,
    } | registers
    projections = (IntProjection("x-p", "x", "p", synapses, exponent, delay), *((also,) if also else ()))
    arrays = {key: np.asarray(each) for key, each in values.items()}
    rests = arrays.pop("refractory", None)
    population = IntPopulation("p", 1, *(arrays[key] for key in ("du", "dv", "vth", "bias")), refractory=rests)
    held = [np.arange(first, post, 2, dtype=np.int32) for first in range(min(post, 2))]
    cores = tuple(Core(number, 0, {"p": indices}) for number, indices in enumerate(held))
    return Program(chip_named("loihi2"), (Input("x", pre),), (population,), projections, cores, ("p",), None, 1)


def _spikes(steps: int, neurons: int, times: list[int] | None = None) -> SpikeRaster:
    """One sample in which every input spikes at `times`, or in every step."""
    dense = np.zeros((1, steps, neurons), dtype=bool)
    dense[:, slice(None) if times is None else times] = True
    return SpikeRaster.pack(dense)
