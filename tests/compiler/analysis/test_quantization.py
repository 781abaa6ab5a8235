"""quantization_report: every rounding, with numbers computed by hand."""

import json
from dataclasses import replace

import numpy as np
import pytest

from compiler.analysis.quantization import quantization_report
from compiler.ir.graph import FloatGraph, FloatPopulation, FloatProjection, IntGraph
from targets.contracts.chip import chip_named
from targets.contracts.ports import Input
from targets.contracts.synapses import Dense
from targets.program.program import IntPopulation, IntProjection

LOIHI1 = chip_named("loihi1")


def graphs(rounded: list[list[int]], exact: list[list[float]]) -> tuple[FloatGraph, IntGraph]:
    """Two neurons of thresholds 1 and 2 that became 100 and 200: one unit is 0.01 of each threshold."""
    floats = FloatPopulation(
        "n", 1, np.array([4.0, 3.0]), np.array([10.0, 8.0]), np.array([1.0, 2.0]), np.array([0.5, -0.5])
    )
    integers = IntPopulation(
        "n",
        1,
        np.array([1023, 1364], np.int32),
        np.array([410, 512], np.int32),
        np.array([100, 200], np.int32),
        np.array([3200, -3202], np.int32),
    )
    inputs = (Input("x", 2),)
    before = FloatProjection("w", "x", "n", Dense(np.array(exact)), 1)
    after = IntProjection("w", "x", "n", Dense(np.array(rounded)), 1, 1)
    return (
        FloatGraph(inputs, (floats,), (before,), None, 5, ""),
        IntGraph(inputs, (integers,), (after,), None, 5, ""),
    )


def test_numbers_by_hand() -> None:
    # Units of 2 / 100 = 0.02 and 2 / 200 = 0.01 thresholds; weights of neuron 1 count in halves.
    floats, integers = graphs([[50, 0], [254, -20]], [[1.01, 0.004], [5.2, -0.4]])
    report = quantization_report(floats, integers, LOIHI1)
    (projection,) = report.projections
    signal = 1.01**2 + 0.004**2 + 2.6**2 + 0.2**2
    noise = 0.01**2 + 0.004**2 + 0.06**2
    assert projection.snr == pytest.approx(10 * np.log10(signal / noise))
    assert (projection.synapses, projection.clipped, projection.vanished) == (4, 1, 1)
    assert projection.largest_error == pytest.approx(0.06)
    (population,) = report.populations
    assert (population.thresholds, population.decays) == (2, 2)
    assert population.tau_s_error == pytest.approx(4096 / 1365 / 3 - 1)
    assert population.tau_m_error == pytest.approx(1 - 4096 / 410 / 10)
    assert population.bias_error == pytest.approx(0.25 - 3202 / 12_800, abs=1e-3)
    assert (report.decay_profiles, report.threshold_profiles) == (2, 2)


def test_text_and_dict() -> None:
    floats, integers = graphs([[50, 0], [100, -20]], [[1.0, 0.0], [2.0, -0.4]])
    report = quantization_report(floats, integers, LOIHI1)
    assert report.text() == (
        "projection w: exact, exponent 1, 3 synapses, 0 clipped, 0 vanished, largest error 0 thresholds\n"
        "population n: 2 thresholds, 2 decays, errors up to 0.02% of tau_s, 0.10% of tau_m, "
        "0.00016 thresholds of bias\n"
        "profiles: 2 of 31 decays and 2 of 7 thresholds that a core can hold\n"
    )
    assert json.loads(json.dumps(report.as_dict()))["projections"][0]["snr"] is None


def test_the_sum_of_both_parts_is_compared() -> None:
    """At exponent -1 an even weight of 2 is half of what 2 is at exponent 0."""
    floats, integers = graphs([[50, 0], [254, -20]], [[1.005, 0.0], [5.2, -0.4]])
    (first,) = integers.projections
    residual = replace(first, name="w residual", exponent=-1, synapses=Dense(np.array([[1, 0], [24, 0]]) * 2))
    both = replace(integers, projections=(first, residual))
    (projection,) = quantization_report(floats, both, LOIHI1, {"w": "w residual"}).projections
    # 2 * 50 + 1 of 100, where 100.5 was asked for; 2 * 254 + 24 of 200, where 520 was.
    assert projection.projection == "w"
    assert projection.exponent == -1
    assert projection.largest_error == pytest.approx(12 / 200)
    assert (projection.clipped, projection.vanished, projection.synapses) == (0, 0, 3)
    (alone,) = quantization_report(floats, integers, LOIHI1).projections
    assert alone.clipped == 1
