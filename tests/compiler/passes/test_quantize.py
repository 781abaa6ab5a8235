"""quantize: floats become the legal integers of a chip."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from compiler.analysis.calibration import Calibration
from compiler.analysis.interpret import interpret
from compiler.frontends.network import lower
from compiler.ir.graph import FloatGraph, FloatPopulation, FloatProjection
from compiler.passes.fold import fold
from compiler.passes.quantize import quantize
from compiler.passes.retime import retime
from compiler.pipeline import compile_graph
from compiler.text import text
from targets.contracts.arrays import Array
from targets.contracts.chip import Limit, chip_named
from targets.contracts.errors import InputError
from targets.contracts.grid import round_bias
from targets.contracts.ports import Input
from targets.contracts.raster import SpikeRaster
from targets.contracts.synapses import Dense, with_weights
from targets.runtime.backend import run
from tests.networks import random_network, tiny_network

LOIHI1 = chip_named("loihi1")


def test_quantize_golden(golden: Callable[[str, str], None]) -> None:
    golden("quantize.txt", text(quantize(fold(lower(tiny_network())), LOIHI1)))


@pytest.mark.parametrize("seed", range(10))
def test_weights_are_even_in_range_and_close(seed: int) -> None:
    graph = fold(lower(random_network(seed)))
    integers = quantize(graph, LOIHI1)
    for exact, rounded in zip(graph.projections, integers.projections, strict=True):
        weights = rounded.synapses.weights
        assert (weights % 2 == 0).all()
        assert weights.min() >= -256
        assert weights.max() <= 254
        assert 0 <= rounded.exponent <= 7
        scale = integers.population(rounded.target).vth[rounded.synapses.row_of()]  # thresholds are 1 after fold
        error = weights * 2.0**rounded.exponent / scale - exact.synapses.weights
        # Half a step of two units, but for a few weights that are clipped for the good of the others.
        within = np.abs(error) <= 2.0**rounded.exponent / scale * (1 + 1e-9)
        assert (within | np.isin(weights, (-256, 254))).all()
        assert np.count_nonzero(~within) <= 0.05 * weights.size


@pytest.mark.parametrize("seed", range(5))
def test_the_largest_weight_uses_at_least_half_of_the_range(seed: int) -> None:
    for projection in quantize(fold(lower(random_network(seed))), LOIHI1).projections:
        assert projection.exponent == 0 or np.abs(projection.synapses.weights).max() > 126


def test_thresholds_leave_headroom_in_the_register() -> None:
    for population in quantize(fold(lower(random_network(2))), LOIHI1).populations:
        assert 100 < population.vth.max() <= (1 << 23 >> 6) / 32


def test_time_constants_fit_the_decay_profiles_of_one_core() -> None:
    integers = quantize(fold(lower(random_network(0, motifs=40))), LOIHI1)
    pairs = {(int(du), int(dv)) for p in integers.populations for du, dv in zip(p.du, p.dv, strict=True)}
    assert 20 <= len(pairs) <= LOIHI1.decay_profiles_per_core.value


@pytest.mark.parametrize(
    ("populations", "profiles", "each"), [(1, 3, 3), (2, 3, 1), (3, 3, 1), (4, 3, 1), (2, 5, 2), (2, 6, 3), (3, 0, 1)]
)
def test_populations_share_the_thresholds_of_one_core(populations: int, profiles: int, each: int) -> None:
    """Rows of many sizes want as many thresholds as they may have; with more populations than profiles one each."""
    rng = np.random.default_rng(populations)
    one, names = np.ones(16), [f"p{number}" for number in range(populations)]
    graph = FloatGraph(
        (Input("x", 12),),
        tuple(FloatPopulation(name, 1, 4 * one, 8 * one, one, 0 * one) for name in names),
        tuple(
            FloatProjection(
                f"x-{name}", "x", name, Dense(rng.normal(0, 0.2, (16, 12)) * 2 ** rng.uniform(-2, 2, (16, 1))), 1
            )
            for name in names
        ),
        None,
        10,
        "",
    )
    chip = replace(LOIHI1, threshold_profiles_per_core=Limit(profiles, "thresholds", "this test"))
    thresholds = [set(population.vth.tolist()) for population in quantize(graph, chip).populations]
    assert [len(own) for own in thresholds] == [each] * populations


def test_a_calibration_lowers_thresholds_by_the_peaks_and_weighs_by_the_rates() -> None:
    graph = fold(lower(random_network(1)))
    rates = {population.name: np.full(population.neurons, 0.1) for population in graph.populations}

    def highest(u: float, v: float) -> int:
        peaks = {population.name: (u, v) for population in graph.populations}
        return max(int(p.vth.max()) for p in quantize(graph, LOIHI1, Calibration(rates, peaks)).populations)

    assert 4096 / 2 < highest(0, 0) <= 4096
    assert 1024 / 2 < highest(64, 0) <= 1024  # u may wrap, so that twice its peak must fit
    assert 1024 / 2 < highest(0, 128) <= 1024
    assert highest(0, 32) == highest(16, 0) == highest(0, 0)


def test_bias_is_in_voltage_units() -> None:
    integers = quantize(fold(lower(tiny_network())), LOIHI1)
    hidden = integers.population("hidden")
    assert hidden.bias.tolist() == [0, 0, 0, hidden.vth[3] * 64 // 8]


def test_a_population_without_input_keeps_its_bias_and_threshold() -> None:
    graph = fold(lower(tiny_network()))
    alone = replace(graph, projections=tuple(p for p in graph.projections if p.target != "answer"))
    assert quantize(alone, LOIHI1).population("answer").vth.tolist() == [4096, 4096]


def memoryless(rng: np.random.Generator, threshold: Array, bias: Array, outside: int) -> FloatGraph:
    """Six neurons with tau_m of one step and weights in quarters, which a program holds exactly."""
    ones = np.ones(6)
    heard = Dense(0.25 * rng.integers(-3, 5, (6, outside)))
    among = Dense(0.25 * rng.integers(-3, 4, (6, 6)) * (rng.random((6, 6)) < 0.3))
    return FloatGraph(
        inputs=(Input("x", outside),),
        populations=(
            FloatPopulation("n", 1, ones, ones, threshold, bias),
            FloatPopulation("d", 1, ones, ones, ones, ones),
        ),
        projections=(FloatProjection("w", "x", "n", heard, 1), FloatProjection("r", "n", "n", among, 1)),
        readout=None,
        steps=64,
        origin="",
    )


@pytest.mark.parametrize("chip", ["loihi1", "loihi2"])
@pytest.mark.parametrize("seed", range(4))
def test_inputs_that_only_reach_the_threshold_make_nobody_spike(seed: int, chip: str) -> None:
    """Sums of quarters reach thresholds of quarters exactly, step after step: every bin is that of the float graph.

    What the largest decay keeps of the voltage would lift it above. "d" reaches its threshold by its bias alone.
    """
    rng = np.random.default_rng(seed)
    graph = memoryless(rng, 0.25 * 2.0 ** rng.integers(0, 3, 6), np.zeros(6), 5)
    inputs = {"x": SpikeRaster.pack(rng.random((4, 64, 5)) < 0.5)}
    spikes, exact = run(compile_graph(graph, chip), inputs).spikes, interpret(graph, inputs)
    assert exact["n"].counts().sum() > 200
    for name in ("n", "d"):
        assert np.array_equal(spikes[name].dense(), exact[name].dense())
    assert not spikes["d"].dense().any()


@pytest.mark.parametrize("seed", range(4))
def test_biases_of_neurons_without_memory_are_rounded_down(seed: int) -> None:
    """With biases too nobody spikes that only reaches the threshold, however coarse the bias is."""
    rng = np.random.default_rng(seed)
    threshold = 0.25 * 2.0 ** rng.integers(0, 3, 6)
    graph = memoryless(rng, threshold, np.rint(4 * threshold * rng.uniform(-1.5, 1.5, 6)) / 4, 5)
    inputs = {"x": SpikeRaster.pack(rng.random((4, 64, 5)) < 0.5)}
    spikes, exact = run(compile_graph(graph, "loihi2"), inputs).spikes, interpret(graph, inputs)
    assert np.array_equal(spikes["n"].dense(), exact["n"].dense())


@pytest.mark.parametrize("bias", [0.5, 1 + 2**-13, 1.7, -0.9, -1 + 2**-13, -1.9])
def test_the_bias_of_a_neuron_without_memory_gives_up_what_the_largest_decay_keeps(bias: float) -> None:
    """And is the largest number below that a program holds: twelve bits times a power of two."""
    population = quantize(memoryless(np.random.default_rng(0), np.ones(6), np.full(6, bias), 5), LOIHI1).population("n")
    one = int(population.vth[0]) << 6
    less = bias * one - (one >> 12)
    held = max(
        int(less // grid) * grid for grid in (1 << exponent for exponent in range(8)) if abs(less // grid) < 4096
    )
    assert population.bias.tolist() == [held] * 6


@pytest.mark.parametrize("bias", [1.0002, 1.5])
def test_a_bias_that_makes_a_neuron_without_inputs_always_spike_stays(bias: float) -> None:
    graph = memoryless(np.random.default_rng(0), np.ones(6), np.zeros(6), 5)
    alone = replace(graph.populations[1], bias=np.array([0.5, *[bias] * 5]))
    population = quantize(replace(graph, populations=(graph.populations[0], alone)), LOIHI1).population("d")
    one = int(population.vth[0]) << 6
    assert population.bias.tolist() == [one // 2 - (one >> 12), *round_bias(np.full(5, bias * one), 12, 7).tolist()]


def test_what_was_invented_keeps_its_bias() -> None:
    """Twice the threshold, also where a projection takes it away again."""
    population = FloatPopulation("n", 1, 2 * np.ones(1), 4 * np.ones(1), np.ones(1), np.full(1, 0.25))
    late = FloatProjection("w", "x", "n", Dense(np.ones((1, 1))), 0)
    graph = fold(retime(FloatGraph((Input("x", 1),), (population,), (late,), None, 10, "")))
    peaks = {each.name: (0.0, 128.0) for each in graph.populations}  # for thresholds up to 1024
    integers = quantize(graph, LOIHI1, Calibration({}, peaks))
    invented = [each for each in integers.populations if each.invented]
    assert len(invented) == 2
    for each in invented:
        assert each.bias.tolist() == (2 * each.vth << 6).tolist()


def test_weights_far_above_the_threshold_are_refused() -> None:
    graph = fold(lower(tiny_network()))
    huge = graph.projections[0]
    huge = replace(huge, synapses=with_weights(huge.synapses, huge.synapses.weights * 1e6))
    with pytest.raises(InputError) as error:
        quantize(replace(graph, projections=(huge, *graph.projections[1:])), LOIHI1)
    assert str(error.value) == (
        "population 'hidden' has weights up to 500000 for thresholds down to 1; loihi1 holds a ratio up to 32,512, "
        "so lower the weights or raise the threshold."
    )


def test_what_a_program_cannot_hold_is_refused() -> None:
    graph = fold(lower(tiny_network()))
    first, *rest = graph.projections
    with pytest.raises(InputError) as error:
        quantize(replace(graph, projections=(replace(first, delay=0), *rest)), LOIHI1)
    assert str(error.value) == (
        "projection 'input' has delay 0; on a chip a spike takes at least 1 step, "
        "so give every projection a delay of 1 or more."
    )
    with pytest.raises(InputError) as error:
        quantize(replace(graph, projections=(replace(first, bias=np.zeros(4)), *rest)), LOIHI1)
    assert str(error.value) == (
        "projection 'input' adds a bias to the current of 'hidden'; a chip adds biases to the voltage only, "
        "so replace it by a synapse from an input that spikes in every step."
    )


def test_quantize_leaves_the_graph_as_it_was() -> None:
    graph = fold(lower(random_network(6)))
    before = text(graph)
    assert text(quantize(graph, LOIHI1)) == text(quantize(graph, LOIHI1))
    assert text(graph) == before
