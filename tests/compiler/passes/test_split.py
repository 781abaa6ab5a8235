"""split: residual weights whose sum is exact to the finest unit, scales by proof or data, a bounded cost."""

from dataclasses import replace

import numpy as np
import pytest

from compiler.analysis.calibration import Calibration, calibrate
from compiler.analysis.causes import causes
from compiler.analysis.reference import Reference, refer
from compiler.frontends.network import lower
from compiler.ir.graph import FloatGraph, FloatPopulation, FloatProjection
from compiler.passes.bounds import bounds
from compiler.passes.fold import fold
from compiler.passes.quantize import quantize
from compiler.passes.split import Split, split
from targets.contracts.arrays import Array
from targets.contracts.chip import ChipSpec, Limit, chip_named
from targets.contracts.errors import InputError
from targets.contracts.ports import Input
from targets.contracts.synapses import Dense, with_weights
from tests.networks import random_network, random_spikes
from tests.seeds import seeds

LOIHI2 = chip_named("loihi2")
NAMES = ("input", "intra", "lateral", "output")


def graph_of(seed: int) -> FloatGraph:
    return fold(lower(random_network(seed)))


def measured(graph: FloatGraph, seed: int = 9, samples: int = 40) -> tuple[Calibration, Reference]:
    spikes = {"touch": random_spikes(seed, 11, samples=samples)}
    return calibrate(graph, spikes), refer(graph, spikes)


def whole(found: Split, name: str) -> Array:
    """What a projection and its residual add up to, in units of the input sum."""
    named = {each.name: each for each in found.graph.projections}
    parts = [named[name], *([named[found.residuals[name]]] if name in found.residuals else [])]
    return np.asarray(sum(part.synapses.weights * 2.0**part.exponent for part in parts))


@pytest.mark.parametrize("seed", seeds(20, 6))
def test_both_parts_add_up_to_the_rounding_of_the_finest_grid(seed: int) -> None:
    graph = graph_of(seed)
    found = split(graph, LOIHI2)
    assert set(found.residuals) == set(NAMES)
    for each in graph.projections:
        vth = found.graph.population(each.target).vth[0]
        np.testing.assert_array_equal(whole(found, each.name), np.rint(each.synapses.weights * vth))
    for part in found.graph.projections:
        assert (part.synapses.weights % 2 == 0).all()
        assert -1 <= part.exponent <= 7


def test_a_residual_stands_behind_what_it_refines() -> None:
    found = split(graph_of(0), LOIHI2)
    assert [each.name for each in found.graph.projections] == [
        name for pair in NAMES for name in (pair, f"{pair} residual")
    ]
    for name, residual in found.residuals.items():
        pair = [next(each for each in found.graph.projections if each.name == which) for which in (name, residual)]
        assert pair[1].exponent == -1
        assert [(each.source, each.target, each.delay) for each in pair[:1]] == [
            (each.source, each.target, each.delay) for each in pair[1:]
        ]


def test_a_name_that_is_taken_gets_a_number() -> None:
    graph = graph_of(0)
    first, second, *others = graph.projections
    renamed = replace(graph, projections=(first, replace(second, name="input residual"), *others))
    assert split(renamed, LOIHI2).residuals["input"] == "input residual 2"


@pytest.mark.parametrize("seed", seeds(20, 6))
def test_without_data_no_input_can_make_u_wrap(seed: int) -> None:
    found = split(graph_of(seed), LOIHI2)
    for each in bounds(found.graph, LOIHI2.arithmetic):
        assert each.wraps.size == 0
        assert each.u_high.max() < 1 << 23
    held = {name: each.held for name, each in found.ceilings.items()}
    assert set(held.values()) <= {
        "u, which may not wrap whatever comes in; --calibrate may raise it",
        "v, which saturates below 0",
    }


def test_the_scale_that_is_proved_is_nearly_the_highest() -> None:
    """With one of the neurons at the register's end but for what few bits leave."""
    found = split(graph_of(3), LOIHI2)
    reached = max(each.u_high.max() / (1 << 23) for each in bounds(found.graph, LOIHI2.arithmetic))
    assert 0.95 < reached < 1


@pytest.mark.slow
@pytest.mark.parametrize("seed", seeds(6, 2))
def test_with_data_it_follows_the_float_graph_more_closely(seed: int) -> None:
    graph = graph_of(seed)
    calibration, reference = measured(graph)
    test = refer(graph, {"touch": random_spikes(100 + seed, 11, samples=60)})
    strayed = [
        sum(each.differing for each in causes(graph, integers, test, LOIHI2.arithmetic, each=False))
        for integers in (quantize(graph, LOIHI2, calibration), split(graph, LOIHI2, calibration, reference).graph)
    ]
    assert strayed[1] < strayed[0] / 5


def test_a_scale_beyond_proof_keeps_u_within_half_of_its_register_on_the_data() -> None:
    graph = graph_of(2)
    calibration, reference = measured(graph)
    found = split(graph, LOIHI2, calibration, reference)
    for population in found.graph.populations:
        scale = int(population.vth[0])
        within = 2 * calibration.peaks[population.name][0] * scale * 64 <= 1 << 23
        assert within or scale <= found.ceilings[population.name].proved
        assert len(set(population.vth.tolist())) == 1


def test_a_residual_that_does_not_pay_is_left_out() -> None:
    """Of an input that never spikes on the data."""
    graph = graph_of(0)
    weights = np.random.default_rng(0).normal(0, 0.3, (24, 5))
    quiet = replace(
        graph,
        inputs=(*graph.inputs, Input("quiet", 5)),
        projections=(*graph.projections, FloatProjection("rare", "quiet", "hidden", Dense(weights), 1)),
    )
    spikes = {"touch": random_spikes(9, 11, samples=40), "quiet": random_spikes(9, 5, samples=40, rate=0)}
    assert "rare" in split(quiet, LOIHI2).residuals
    found = split(quiet, LOIHI2, calibrate(quiet, spikes), refer(quiet, spikes))
    assert "rare" not in found.residuals
    assert "input" in found.residuals


def test_weights_that_are_legal_keep_their_threshold_and_need_no_residual() -> None:
    one = np.ones(2)
    exact = FloatGraph(
        (Input("x", 3),),
        (FloatPopulation("n", 1, 4 * one, 8 * one, one, 0 * one),),
        (FloatProjection("w", "x", "n", Dense(np.array([[254, -6, 2], [18, -256, 0]]) / 300), 1),),
        None,
        10,
        "",
    )
    found = split(exact, LOIHI2)
    (projection,) = found.graph.projections
    vth = int(found.graph.populations[0].vth[0])
    assert vth % 300 == 0
    assert found.residuals == {}
    np.testing.assert_array_equal(
        projection.synapses.weights * 2.0**projection.exponent, np.array([[254, -6, 2], [18, -256, 0]]) * vth / 300
    )


@pytest.mark.slow
@pytest.mark.parametrize("data", [False, True])
def test_no_more_synapses_than_are_allowed_and_the_least_telling_go_first(data: bool) -> None:
    graph = graph_of(4)
    calibration, reference = measured(graph, samples=10) if data else (None, None)
    free = split(graph, LOIHI2, calibration, reference)
    assert free.weights == sum(np.count_nonzero(each.synapses.weights) for each in graph.projections)
    bare = sum(int(np.count_nonzero(each.synapses.weights)) for each in free.graph.projections if each.exponent >= 0)
    assert free.synapses > bare
    last = None
    for most in np.linspace(bare, free.synapses, 5).astype(int).tolist():
        found = split(graph, LOIHI2, calibration, reference, most)
        assert found.synapses == most
        off = sum(
            np.square(
                whole(found, each.name) / found.graph.population(each.target).vth[0] - each.synapses.weights
            ).sum()
            for each in graph.projections
        )
        assert last is None or off < last or data
        last = off
    assert split(graph, LOIHI2, calibration, reference, free.synapses).residuals == free.residuals
    with pytest.raises(InputError) as error:
        split(graph, LOIHI2, calibration, reference, bare - 1)
    assert str(error.value) == (
        f"the network has {bare:,} synapses without any residual and {bare - 1:,} are allowed; allow more, or prune it."
    )


def test_decays_fit_one_core() -> None:
    graph = fold(lower(random_network(0, motifs=40)))
    found = split(graph, LOIHI2)
    pairs = {(int(du), int(dv)) for p in found.graph.populations for du, dv in zip(p.du, p.dv, strict=True)}
    assert 20 <= len(pairs) <= LOIHI2.decay_profiles_per_core.value


def test_with_more_populations_than_thresholds_scales_are_powers_of_two() -> None:
    few = replace(LOIHI2, threshold_profiles_per_core=Limit(1, "thresholds", "this test"))
    for population in split(graph_of(0), few).graph.populations:
        vth = int(population.vth[0])
        assert vth & (vth - 1) == 0


@pytest.mark.parametrize("chip", [LOIHI2, replace(LOIHI2, exponent_min=Limit(0, "", "this test"))])
def test_the_unit_follows_the_exponents_of_the_chip(chip: ChipSpec) -> None:
    graph = graph_of(1)
    found = split(graph, chip)
    unit = 1 if chip.exponent_min.value < 0 else 2
    for each in graph.projections:
        vth = found.graph.population(each.target).vth[0]
        off = whole(found, each.name) - each.synapses.weights * vth
        assert unit / 4 < np.abs(off).max() <= unit / 2


def test_weights_too_large_for_any_threshold_are_refused() -> None:
    graph = graph_of(0)
    first, *others = graph.projections
    large = replace(first, synapses=with_weights(first.synapses, first.synapses.weights * 1e6))
    with pytest.raises(InputError, match=r"^population 'hidden' has weights up to .* for thresholds down to 1, w"):
        split(replace(graph, projections=(large, *others)), LOIHI2)


def test_the_same_input_gives_the_same_integers() -> None:
    graph = graph_of(5)
    calibration, reference = measured(graph)
    first, second = (split(graph, LOIHI2, calibration, reference).graph for _ in range(2))
    for one, other in zip(first.projections, second.projections, strict=True):
        assert np.array_equal(one.synapses.weights, other.synapses.weights)
