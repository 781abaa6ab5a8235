"""losses: what is lost is told, what is not lost is not."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from compiler.analysis.quantization import quantization_report
from compiler.frontends.network import lower
from compiler.ir.graph import FloatGraph, FloatPopulation, FloatProjection, IntGraph
from compiler.losses import losses, silent, told_losses
from compiler.passes.bounds import bounds
from compiler.passes.fold import fold
from compiler.passes.quantize import quantize
from compiler.pipeline import compile_graph
from targets.contracts.chip import chip_named
from targets.contracts.ports import Input
from targets.contracts.raster import SpikeRaster
from targets.contracts.synapses import Dense
from targets.program.program import Program
from targets.runtime.backend import run
from tests.networks import random_network

LOIHI2 = chip_named("loihi2")


def graph(*layers: np.ndarray, tau_s: float = 1, tau_m: float = 10, bias: float = 0, steps: int = 20) -> FloatGraph:
    """A chain of populations "n1", "n2", ... with those weights [post, pre] through "w1", "w2", ... from an input."""
    names = ["x", *(f"n{number}" for number in range(1, len(layers) + 1))]
    populations, projections = [], []
    for number, weights in enumerate(layers, 1):
        ones = np.ones(len(weights))
        populations.append(FloatPopulation(names[number], 1, tau_s * ones, tau_m * ones, ones, bias * ones))
        projections.append(FloatProjection(f"w{number}", names[number - 1], names[number], Dense(weights), 1))
    inputs = (Input("x", layers[0].shape[1]),)
    return FloatGraph(inputs, tuple(populations), tuple(projections), None, steps, "")


def told(floats: FloatGraph) -> tuple[str, ...]:
    return told_losses(compile_graph(floats))


def test_weights_of_half_a_threshold_are_exact() -> None:
    assert told(graph(np.array([[2.0, 0.5]]))) == ("Every weight and every bias is exact.",)


def test_small_weights_beside_large_ones_are_told() -> None:
    """One source of weight 5, two of 0.02: the two are doubled or lost, and with them the spikes that they cause."""
    weights = np.full((4, 3), 0.02)
    weights[:, 0] = 5
    program = compile_graph(graph(weights, tau_m=200))
    unit = 2.0 ** program.projections[0].exponent / program.populations[0].vth[:, None]
    error = np.abs(program.projections[0].synapses.weights * unit - weights).max()
    assert told_losses(program) == (
        f"The largest rounding error is {error:.2g} thresholds, in projection 'w1'.",
        "Projection 'w1' has weights of 0.02 to 5 thresholds, and 8 of its 12 (among them all of 2 sources) are "
        "changed by more than a quarter, as too small beside the largest; lower that.",
    )


def test_a_quiet_source_is_told_though_few_weights_are_its_own() -> None:
    weights = np.random.default_rng(0).choice([-1.0, 1.0], (40, 50)) * np.random.default_rng(1).uniform(2, 4, (40, 50))
    assert len(told(graph(weights))) == 1
    weights[:, 7] = 0.004
    (_, coarse) = told(graph(weights))
    assert "and 40 of its 2,000 (among them all of 1 source) are changed" in coarse


def test_weights_lifted_above_the_threshold_are_told() -> None:
    """A weight of exactly one threshold never makes a resting neuron spike; rounded up it would."""
    weights = np.random.default_rng(3).uniform(0, 1.7, (20, 4))
    weights[:, 0] = 1.0
    program = compile_graph(graph(weights))
    rounded = program.projections[0].synapses.weights * 2.0 ** program.projections[0].exponent
    above = int(np.count_nonzero(rounded[:, 0] > program.populations[0].vth))
    assert above > 0
    assert f"has {above} weights equal to the threshold, which rounding lifts above it" in told_losses(program)[1]
    spikes = np.zeros((1, 5, 4), dtype=bool)
    spikes[0, 0, 0] = True
    assert run(program, SpikeRaster.pack(spikes)).spikes["n1"].dense().sum() == above


def test_who_can_never_spike_is_told_and_who_hears_only_such() -> None:
    strong, weak = np.full((3, 2), 0.5), np.full((3, 2), 0.25)
    weak[2] = 0.75
    assert told(graph(strong, np.eye(3)))[1:] == ()
    assert told(graph(weak, tau_m=3))[1:] == ()
    assert told(graph(weak, tau_m=2))[1:] == (
        "2 of 3 neurons of population 'n1' can never spike, whatever the input: v stays at the threshold or below; "
        "raise weights into them or lower the threshold.",
    )
    lines = told(graph(np.full((3, 2), -0.5), 2 * np.eye(3), 2 * np.eye(3)))[1:]
    assert [line[: line.index(" can")] for line in lines] == ["Population 'n1'", "Population 'n2'", "Population 'n3'"]


@pytest.mark.parametrize("seed", range(10))
def test_silent_neurons_are_silent_under_attack(seed: int) -> None:
    """Inputs that fire wherever a weight is positive drive each neuron as high as it goes."""
    rng = np.random.default_rng(seed)
    weights = rng.normal(0, 0.15, (12, 6))
    floats = fold(graph(weights, tau_s=float(rng.uniform(1, 5)), tau_m=float(rng.uniform(1, 9))))
    integers = quantize(floats, LOIHI2)
    found = silent(integers, bounds(integers, LOIHI2.arithmetic), LOIHI2.arithmetic).get("n1", np.zeros(12, bool))
    assert found.sum() < 12
    program = compile_graph(floats)
    worst = np.repeat((weights > 0)[:, None], 200, axis=1)  # [sample, time, input]: one sample for each neuron
    spikes = run(program, SpikeRaster.pack(worst)).spikes["n1"].dense()
    assert not spikes[:, :, found].any()
    assert np.mean([spikes[neuron, :, neuron].any() for neuron in np.flatnonzero(~found)]) > 0.9


def test_zero_layers_and_changed_time_constants_are_told() -> None:
    lines = told(graph(2 * np.eye(2), np.zeros((2, 2))))[1:]
    assert lines[0] == "Projection 'w2' has only weights of 0; remove it, or give it weights."
    assert lines[1].startswith("Population 'n2' can never spike")
    (slow, leak) = told(graph(2 * np.eye(2), tau_s=5000, tau_m=20_000, steps=2000))[1:]
    assert slow.startswith("Population 'n1' has a tau_s changed by up to 18%, as a core holds few decays of few bits;")
    assert leak.startswith("Population 'n1' has a tau_m without end, which leaks nothing, as a core")
    assert told(graph(2 * np.eye(2), tau_s=5000, tau_m=20_000, steps=20))[1:] == ()


def test_a_bias_that_no_register_holds_is_told() -> None:
    (first, *_) = told(graph(2 * np.eye(2), bias=-40))
    assert first.endswith("thresholds, in population 'n1'.")


def test_ordinary_networks_lose_nothing_but_roundings() -> None:
    for seed in range(5):
        first, *rest = told(lower(random_network(seed)))
        assert first.startswith("The largest rounding error is 0.0")
        assert rest == []


def test_what_nobody_reads_is_not_looked_at() -> None:
    floats = graph(2 * np.eye(2), np.zeros((2, 2)))
    assert told_losses(compile_graph(floats, outputs=["n1"])) == ("Every weight and every bias is exact.",)


def test_losses_are_kept_in_the_file_and_change_no_digest(tmp_path: Path) -> None:
    program = compile_graph(graph(np.array([[1.0, 0.3]])))
    program.save(tmp_path / "kept.program")
    assert len(told_losses(program)) >= 1
    assert told_losses(Program.load(tmp_path / "kept.program")) == told_losses(program)
    assert told_losses(replace(program, settings={"losses": ["\x1b[2J"]})) == ("\\x1b[2J",)
    for settings in ({}, {"losses": 7}):
        bare = replace(program, settings=settings)
        assert told_losses(bare) == ()
        assert bare.digest == program.digest


def test_losses_of_a_graph_by_hand() -> None:
    floats = graph(np.array([[1.0, 0.3, np.pi / 7]]))
    integers: IntGraph = quantize(fold(floats), LOIHI2)
    report = quantization_report(fold(floats), integers, LOIHI2)
    found = losses(report, integers, bounds(integers, LOIHI2.arithmetic), LOIHI2.arithmetic)
    assert found.error == report.projections[0].largest_error
    assert found.place == "projection 'w1'"
