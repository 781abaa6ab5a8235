"""Recordings of three frameworks, each of the same recurrent NIR graph on the same touch, explained by semantics.

Source: the NIR paper (Pedersen et al., Nature Communications 15, 8122, 2024), its Braille network and one letter.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from benchmarks.producers.recordings import MODELS, rows
from compiler.analysis.interpret import interpret
from compiler.frontends.nir.read import read_nir
from compiler.ir.graph import FloatGraph
from compiler.passes.fold import fold
from compiler.passes.retime import retime
from compiler.pipeline import compile_graph
from targets.conformance.equivalence import compare
from targets.conformance.explain import explain
from targets.contracts.arithmetic import Arithmetic
from targets.contracts.arrays import Array
from targets.contracts.grid import tau_of_du, tau_of_dv
from targets.contracts.raster import SpikeRaster
from targets.contracts.semantics import FLOAT_SWITCHES, Semantics
from targets.contracts.synapses import with_weights
from targets.program.program import IntProjection, Program
from targets.runtime.backend import load, ready_backends, run

pytest.importorskip("nir", reason="nir is not installed")

LAYER = "lif1.lif"
BACKENDS = [
    pytest.param(known.name, marks=[pytest.mark.slow] if known.pace == "slow" else []) for known in ready_backends()
]
RECORDED = [
    ("snntorch", (), Semantics()),
    ("norse", ("first_bias",), Semantics(first_bias="missing")),
    ("spyx", ("reset", "output"), Semantics(reset="subtract", output="next step")),
]


@pytest.fixture(scope="module")
def folder(shared: Path) -> Path:
    return shared / "golden" / "braille"


@pytest.fixture(scope="module")
def graph(folder: Path) -> FloatGraph:
    told: list[str] = []
    found = read_nir(folder / "braille_noDelay_bias_zero.nir", dt=1e-4, steps=256, tell=told.append)
    assert len(told) == 1
    assert told[0].startswith("the file has no v_reset for 'lif1.lif', 'lif2', as before nir 1.0, and is read as a ")
    return found


@pytest.fixture(scope="module")
def touch(folder: Path) -> dict[str, SpikeRaster]:
    return {"input": SpikeRaster.pack(np.load(folder / "braille_sample0_from_pdf.npy")[None])}


def recording(folder: Path, framework: str) -> dict[str, SpikeRaster]:
    return {LAYER: SpikeRaster.pack(np.load(folder / f"{framework}_activity_noDelay_bias_zero.npy")[None])}


def test_the_graph_is_read_whole(graph: FloatGraph) -> None:
    ends = [(edge.name, edge.source, edge.target, edge.delay, edge.synapses.shape) for edge in graph.projections]
    assert ends == [
        ("fc1", "input", LAYER, 0, (38, 12)),
        ("lif1.w_rec", LAYER, LAYER, 1, (38, 38)),
        ("fc2", LAYER, "lif2", 0, (7, 38)),
    ]
    np.testing.assert_allclose(1 - 1 / graph.population(LAYER).tau_s, 0.55, atol=1e-6)
    np.testing.assert_allclose(1 - 1 / graph.population(LAYER).tau_m, 0.9, atol=1e-6)


@pytest.mark.parametrize(("framework", "semantics"), [(name, semantics) for name, _, semantics in RECORDED])
def test_no_bin_differs_under_the_right_semantics(
    framework: str, semantics: Semantics, folder: Path, graph: FloatGraph, touch: dict[str, SpikeRaster]
) -> None:
    mine = {LAYER: interpret(graph, touch, semantics)[LAYER]}
    report = compare(mine, recording(folder, framework), ("motifc", framework))
    assert report.populations[0].bins == 9_728
    assert report.spikes > 100
    assert report.differing == 0, report.sentence()


@pytest.mark.parametrize(("framework", "switches"), [(name, switches) for name, switches, _ in RECORDED])
def test_the_explainer_finds_the_semantics_by_itself(
    framework: str, switches: tuple[str, ...], folder: Path, graph: FloatGraph, touch: dict[str, SpikeRaster]
) -> None:
    found = explain(partial(interpret, graph), touch, recording(folder, framework), switches=FLOAT_SWITCHES)
    assert found.sets == (switches,), found.sentence(framework)


EXPLAINED = {
    ("noDelay_bias_zero", "snntorch"): "",
    ("noDelay_bias_zero", "norse"): "first_bias = missing",
    ("noDelay_bias_zero", "spyx"): "reset = subtract, output = next step",
    ("noDelay_noBias_subtract", "snntorch"): "reset = subtract, guard = on",
    ("noDelay_noBias_subtract", "norse"): "",
    ("noDelay_noBias_subtract", "spyx"): "reset = subtract, output = next step",
}


@pytest.mark.slow
def test_three_frameworks_follow_one_reading_each_on_both_models(folder: Path) -> None:
    found = {(MODELS[row.model], row.framework): row.found for row in rows(folder, ("snntorch", "norse", "spyx"))}
    assert {key: each.bins for key, each in found.items()} == {
        key: 9_728 if key[0].endswith("zero") else 10_240 for key in EXPLAINED
    }
    assert {key: [each.switches for each in told.readings] for key, told in found.items()} == {
        key: [switches] for key, switches in EXPLAINED.items()
    }
    assert "spyx" in found["noDelay_bias_zero", "spyx"].presets
    assert "snntorch-guard" in found["noDelay_noBias_subtract", "snntorch"].presets


@pytest.mark.slow
def test_of_others_the_nearest_readings_are_told(folder: Path) -> None:
    found = {MODELS[row.model]: row.found for row in rows(folder, ("s2",))}
    assert not any(each.readings for each in found.values())
    assert [(near.differing, near.reading.switches) for near in found["noDelay_noBias_subtract"].nearest] == [
        (67, "reset = subtract, output = next step"),
        (75, "reset = subtract, output = next step, guard = on"),
        (75, "order = add first, reset = subtract, output = next step"),
    ]


def test_one_flipped_spike_is_explained_by_nothing(
    folder: Path, graph: FloatGraph, touch: dict[str, SpikeRaster]
) -> None:
    spikes = recording(folder, "norse")[LAYER].dense()
    spikes[0, 100, 7] ^= 1
    found = explain(partial(interpret, graph), touch, {LAYER: SpikeRaster.pack(spikes)}, switches=FLOAT_SWITCHES)
    assert found.sets == ()


def test_the_program_strays_from_the_graph_by_its_rounded_weights_alone(
    graph: FloatGraph, touch: dict[str, SpikeRaster]
) -> None:
    """The float equations with the program's weights give the program's spikes; with its decays, the graph's own."""
    exact = fold(retime(graph))
    program = compile_graph(graph)
    with load(program) as loaded:
        plain, integers = interpret(exact, touch), loaded.raw(touch).spikes
    decays = replace(
        exact,
        populations=tuple(
            replace(
                population,
                tau_s=tau_of_du(own.du, Arithmetic(24, 12, 6)),
                tau_m=tau_of_dv(own.dv, Arithmetic(24, 12, 6)),
            )
            for population, own in zip(exact.populations, program.populations, strict=True)
        ),
    )
    weights = replace(
        exact,
        projections=tuple(
            replace(projection, synapses=with_weights(projection.synapses, _in_thresholds(program, own)))
            for projection, own in zip(exact.projections, program.projections, strict=True)
        ),
    )
    assert compare(interpret(decays, touch), plain).differing == 0
    assert compare(interpret(weights, touch), integers).differing == 0
    assert 80 < _strays(integers, plain) < 150
    for number, rounded in enumerate(weights.projections):
        alone = list(exact.projections)
        alone[number] = rounded
        moved = _strays(interpret(replace(exact, projections=tuple(alone)), touch), plain)
        assert moved > 30 if rounded.target == LAYER else moved == 0


def _strays(spikes: Mapping[str, SpikeRaster], plain: Mapping[str, SpikeRaster]) -> int:
    """Bins of the recurrent layer that differ."""
    return compare({LAYER: spikes[LAYER]}, {LAYER: plain[LAYER]}).differing


def _in_thresholds(program: Program, projection: IntProjection) -> Array:
    """Weights of a projection in thresholds of the neurons that they end at."""
    synapses = projection.synapses
    scale = 2.0**projection.exponent / program.population(projection.target).vth[synapses.row_of()]
    return np.asarray(synapses.weights * scale)


@pytest.mark.parametrize("backend", BACKENDS)
def test_with_residual_weights_no_bin_differs_from_the_recording(
    backend: str, folder: Path, graph: FloatGraph, touch: dict[str, SpikeRaster]
) -> None:
    found = run(compile_graph(graph, faithful=True), touch, backend).spikes
    report = compare({LAYER: found[LAYER]}, recording(folder, "snntorch"), ("motifc", "snntorch"))
    assert report.populations[0].bins == 9_728
    assert report.spikes > 100
    assert report.differing == 0, report.sentence()


@pytest.mark.slow
def test_with_residual_weights_random_inputs_are_followed_too(graph: FloatGraph, touch: dict[str, SpikeRaster]) -> None:
    """64 inputs of the same rates: with one part nearly as many bins differ as there are spikes."""
    rates = touch["input"].dense()[0].mean(axis=0)
    given = {"input": SpikeRaster.pack(np.random.default_rng(0).random((64, 256, 12)) < rates)}
    exact = {LAYER: interpret(graph, given)[LAYER]}
    share = {}
    for faithful in (False, True):
        found = run(compile_graph(graph, faithful=faithful), given, "numba").spikes
        report = compare({LAYER: found[LAYER]}, exact)
        share[faithful] = report.differing / report.spikes
    assert share[True] < 0.06 < 0.5 < share[False]
