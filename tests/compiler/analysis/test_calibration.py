"""calibrate: rates and peaks of a float graph on data."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from compiler.analysis.calibration import Calibration, calibrate
from compiler.analysis.interpret import interpret
from compiler.frontends.network import lower
from compiler.ir.graph import FloatGraph, FloatPopulation, FloatProjection, IntGraph
from compiler.passes.fold import fold
from compiler.passes.quantize import quantize
from compiler.passes.retime import retime
from compiler.pipeline import compile_graph
from targets.contracts.chip import chip_named
from targets.contracts.errors import InputError
from targets.contracts.ports import Input
from targets.contracts.raster import SpikeRaster
from targets.contracts.synapses import Dense, with_weights
from tests.networks import random_network, random_spikes
from tests.paddings import three_paddings

LOIHI1 = chip_named("loihi1")


def test_rates_and_peaks_by_hand() -> None:
    one = np.ones(1)
    neuron = FloatPopulation("n", 1, 2 * one, 2 * one, 2 * one, 0 * one)
    graph = FloatGraph(
        (Input("x", 1),), (neuron,), (FloatProjection("w", "x", "n", Dense(np.array([[-2.0]])), 1),), None, 4, ""
    )
    calibration = calibrate(graph, {"x": SpikeRaster.pack(np.array([[[1], [1], [0], [0]]], bool))})
    # u: 0, -2, -3, -1.5; v: 0, -2, -4, -3.5; the threshold is 2.
    assert calibration.rates["x"].tolist() == [0.5]
    assert calibration.rates["n"].tolist() == [0.0]
    assert calibration.peaks["n"] == (1.5, 2.0)
    assert calibrate(graph, {"x": SpikeRaster.pack(np.ones((1, 4, 1), bool))}, percentile=0).peaks["n"] == (0, 0)


@pytest.mark.parametrize("seed", range(3))
def test_rates_are_those_of_the_interpreter(seed: int) -> None:
    graph, inputs = lower(random_network(seed)), {"touch": random_spikes(seed, 11)}
    calibration = calibrate(graph, inputs)
    for name, spikes in interpret(graph, inputs).items():
        assert calibration.rates[name] == pytest.approx(spikes.dense().mean(axis=(0, 1)))
        assert min(calibration.peaks[name]) > 0.5


@pytest.mark.parametrize("seed", range(3))
def test_peaks_do_not_depend_on_how_thresholds_are_written(seed: int) -> None:
    graph, inputs = lower(random_network(seed)), {"touch": random_spikes(seed, 11)}
    for name, peaks in calibrate(fold(graph), inputs).peaks.items():
        assert peaks == pytest.approx(calibrate(graph, inputs).peaks[name])


def test_a_current_far_above_the_threshold_gets_room_in_its_register() -> None:
    one = np.ones(1)
    neuron = FloatPopulation("n", 1, 10 * one, 10 * one, one, 0 * one)
    synapses = Dense(np.full((1, 200), 0.1))
    graph = FloatGraph((Input("x", 200),), (neuron,), (FloatProjection("w", "x", "n", synapses, 1),), None, 80, "")
    calibration = calibrate(graph, {"x": SpikeRaster.pack(np.ones((1, 80, 200), bool))})
    assert calibration.peaks["n"][0] == pytest.approx(200, rel=0.01)
    assumed, measured = (quantize(graph, LOIHI1, each).population("n").vth[0] for each in (None, calibration))
    assert 131_072 / assumed < 200  # it would wrap
    assert 131_072 / measured >= 2 * 199


@pytest.mark.slow
def test_errors_of_busy_sources_count_more() -> None:
    plain, calibrated = 0.0, 0.0
    for seed in range(10):
        rng = np.random.default_rng(seed)
        graph = fold(lower(random_network(seed)))
        busy = SpikeRaster.pack(rng.random((4, 60, 11)) < np.where(np.arange(11) < 2, 0.9, 0.01))
        calibration = calibrate(graph, {"touch": busy})
        plain += _noise(graph, quantize(graph, LOIHI1), calibration)
        calibrated += _noise(graph, quantize(graph, LOIHI1, calibration), calibration)
    assert calibrated < 0.9 * plain


def _noise(graph: FloatGraph, integers: IntGraph, calibration: Calibration) -> float:
    """Squared errors of all weights, weighed by the rates of their sources."""
    total = 0.0
    for exact, rounded in zip(graph.projections, integers.projections, strict=True):
        scale = integers.population(rounded.target).vth[rounded.synapses.row_of()] / 2.0**rounded.exponent
        error = with_weights(exact.synapses, (rounded.synapses.weights / scale - exact.synapses.weights) ** 2)
        total += float(error.accumulate(calibration.rates[exact.source][None]).sum())
    return total


def test_a_percentile_outside_its_range_is_refused() -> None:
    with pytest.raises(InputError) as error:
        calibrate(lower(random_network(0)), {"touch": random_spikes(0, 11)}, percentile=101)
    assert str(error.value) == "percentile is 101; it must be in 0..100, so give one such as 99.9."


def late_graph(seed: int) -> FloatGraph:
    graph = lower(random_network(seed))
    instant = (replace(each, delay=0) if each.source != each.target else each for each in graph.projections)
    return replace(graph, projections=tuple(instant))


@pytest.mark.slow
@pytest.mark.parametrize("kind", [late_graph, lambda seed: lower(random_network(seed))])
def test_one_data_set_in_three_paddings_gives_one_program(kind: Callable[[int], FloatGraph]) -> None:
    graph, found = kind(0), three_paddings(0, 11)
    measured = {name: calibrate(fold(retime(graph)), {"touch": raster}) for name, raster in found.items()}
    for name in ("silence", "junk"):
        assert measured[name].peaks == measured["none"].peaks
        for part, rates in measured["none"].rates.items():
            assert measured[name].rates[part].tolist() == rates.tolist()
    digests = {compile_graph(graph, calibration={"touch": raster}).digest for raster in found.values()}
    assert len(digests) == 1
    assert digests != {compile_graph(graph).digest}


def test_late_populations_are_measured_in_their_own_time() -> None:
    """Rates are those of the graph that is not late, to the last step of short samples."""
    graph, inputs = late_graph(0), {"touch": random_spikes(0, 11, samples=40, steps=5, rate=0.9)}
    retimed = retime(graph)
    measured = calibrate(retimed, inputs)
    assert max(population.latency for population in retimed.populations) == 2
    for name, raster in interpret(graph, inputs).items():
        assert raster.dense()[:, 4].any()
        assert measured.rates[name].tolist() == raster.rates().tolist()
    assert measured.rates["always on"].tolist() == [1.0]
    assert measured.rates["first step"].tolist() == [0.2]


def test_spikes_of_which_nothing_counts_are_refused() -> None:
    nothing = SpikeRaster.pack(np.ones((2, 5, 11)), lengths=[0, 0])
    with pytest.raises(InputError) as error:
        calibrate(lower(random_network(0)), {"touch": nothing})
    assert str(error.value) == (
        "none of the steps of the 2 samples to calibrate on counts; at least one is needed, so give spikes with "
        "lengths above 0."
    )
