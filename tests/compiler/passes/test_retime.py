"""retime: whole populations are shifted until every delay is at least 1."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from compiler.analysis.interpret import interpret
from compiler.frontends.network import lower
from compiler.ir.graph import FloatGraph, FloatPopulation, FloatProjection
from compiler.passes.fold import fold
from compiler.passes.quantize import quantize
from compiler.passes.retime import retime
from compiler.text import text
from targets.contracts.chip import chip_named
from targets.contracts.errors import InputError
from targets.contracts.ports import Input
from targets.contracts.raster import SpikeRaster
from targets.contracts.synapses import Dense
from targets.program.program import Program
from targets.runtime.backend import load, run
from tests.networks import random_network, random_spikes


def neurons(name: str, count: int = 1, tau_s: float = 2.0, bias: float = 0.0) -> FloatPopulation:
    one = np.ones(count)
    return FloatPopulation(name, 1, tau_s * one, 4 * one, one, bias * one)


def link(source: str, target: str, delay: int, weight: float = 1.5, bias: float | None = None) -> FloatProjection:
    synapses = Dense(np.full((1, 1), weight))
    return FloatProjection(
        f"{source}-{target}", source, target, synapses, delay, None if bias is None else np.full(1, bias)
    )


def graph(*parts: FloatPopulation | FloatProjection) -> FloatGraph:
    populations = tuple(part for part in parts if isinstance(part, FloatPopulation))
    projections = tuple(part for part in parts if isinstance(part, FloatProjection))
    return FloatGraph((Input("x", 1),), populations, projections, None, 10, "")


def latency(graph: FloatGraph) -> dict[str, int]:
    return {population.name: population.latency for population in graph.populations if not population.invented}


def random_graph(seed: int) -> FloatGraph:
    """Two to five populations in a line, joined without delay, with skips, loops and biases of both kinds."""
    rng = np.random.default_rng(seed)
    populations = []
    for number in range(int(rng.integers(2, 6))):
        count = int(rng.integers(1, 5))
        populations.append(
            FloatPopulation(
                f"p{number}",
                1,
                tau_s=rng.uniform(1, 5, count) if rng.random() < 0.7 else np.ones(count),
                tau_m=rng.uniform(1, 12, count),
                threshold=rng.uniform(0.5, 2, count),
                bias=rng.normal(0, 0.1, count) if rng.random() < 0.5 else np.zeros(count),
            )
        )
    widths = {"x": 3} | {population.name: population.neurons for population in populations}
    names = list(widths)
    ends = [(names[place - 1], names[place], int(rng.integers(0, 2))) for place in range(1, len(names))]
    for _ in range(4):
        first, second = sorted(rng.integers(1, len(names), 2).tolist())
        ends.append((names[first], names[second], int(rng.integers(0, 3)) if first < second else 1))
        ends.append((names[second], names[first], second - first + int(rng.integers(1, 3))))
    projections = tuple(
        FloatProjection(
            f"{source}-{target} {number}",
            source,
            target,
            Dense(rng.normal(0.3, 0.5, (widths[target], widths[source]))),
            delay,
            rng.normal(0, 0.1, widths[target]) if rng.random() < 0.3 else None,
        )
        for number, (source, target, delay) in enumerate(ends)
    )
    return FloatGraph((Input("x", 3),), tuple(populations), projections, None, 60, "")


def assert_shifted(before: FloatGraph, inputs: dict[str, SpikeRaster]) -> int:
    """The retimed graph does the same, late by the latency and silent before; how many spikes were compared."""
    retimed = retime(before)
    assert all(projection.delay >= 1 for projection in retimed.projections)
    assert all(projection.bias is None for projection in retimed.projections)
    old, new, spikes = interpret(before, inputs), interpret(retimed, inputs), 0
    for name, steps in latency(retimed).items():
        early, late = old[name].dense(), new[name].dense()
        assert not late[:, :steps].any()
        assert np.array_equal(early[:, : early.shape[1] - steps], late[:, steps:]), (name, steps)
        spikes += int(late.sum())
    return spikes


@pytest.mark.parametrize("seed", range(80))
def test_spikes_before_are_spikes_after_shifted_by_the_latency(seed: int) -> None:
    before = random_graph(seed)
    shown = text(before)
    assert_shifted(before, {"x": random_spikes(seed, 3, steps=60, rate=0.4)})
    assert text(before) == shown


def test_the_random_graphs_spike_and_hold_every_case() -> None:
    graphs = [random_graph(seed) for seed in range(80)]
    spikes = [assert_shifted(each, {"x": random_spikes(1, 3, rate=0.4)}) for each in graphs[:20]]
    assert sum(count > 50 for count in spikes) > 15
    added = [{p.name for p in retime(each).populations} for each in graphs]
    assert any("first step" in names for names in added)
    assert any("always on" in names and "first step" not in names for names in added)
    assert any("always on" not in names for names in added)
    assert max(max(latency(retime(each)).values()) for each in graphs) == 4


def test_a_chain_without_delay_is_late_by_one_step_for_each_missing_delay() -> None:
    chain = graph(neurons("a"), neurons("b"), neurons("c"), link("x", "a", 0), link("a", "b", 0), link("b", "c", 2))
    retimed = retime(chain)
    assert latency(retimed) == {"a": 1, "b": 2, "c": 1}
    assert [projection.delay for projection in retimed.projections] == [1, 1, 1]


def test_a_cycle_lends_its_delay() -> None:
    loop = graph(neurons("a"), neurons("b"), link("x", "a", 1), link("a", "b", 0), link("b", "a", 2))
    retimed = retime(loop)
    assert latency(retimed) == {"a": 0, "b": 1}
    assert [projection.delay for projection in retimed.projections] == [1, 1, 1]


def test_a_cycle_with_too_little_delay_is_named() -> None:
    loop = graph(neurons("a"), neurons("b"), link("x", "a", 1), link("a", "b", 0), link("b", "a", 1))
    with pytest.raises(InputError) as error:
        retime(loop)
    assert str(error.value) in {
        f"the cycle {cycle} has 1 steps of delay in all; its 2 projections need at least 2, "
        "and no shift of populations adds any, so give them more."
        for cycle in ("'a' -> 'b' -> 'a'", "'b' -> 'a' -> 'b'")
    }
    with pytest.raises(InputError, match="the cycle 'a' -> 'a' has 0 steps of delay in all; its 1 projections need"):
        retime(graph(neurons("a"), link("x", "a", 1), link("a", "a", 0)))


def test_what_needs_no_shift_stays_as_it_is() -> None:
    lowered = lower(random_network(0))
    retimed = retime(lowered)
    assert text(retimed) == text(lowered)
    assert latency(retimed) == {"hidden": 0, "answer": 0}


def test_a_bias_of_the_current_joins_the_membrane_where_that_is_the_same() -> None:
    retimed = retime(graph(neurons("a", tau_s=1, bias=0.25), link("x", "a", 1, bias=0.5)))
    assert latency(retimed)["a"] == 0
    assert [population.name for population in retimed.populations] == ["a"]
    assert retimed.population("a").bias.tolist() == [0.75]


def test_a_filtered_bias_of_the_current_comes_from_a_neuron_that_always_spikes() -> None:
    before = graph(neurons("a", tau_s=2, bias=0.25), link("x", "a", 1, bias=0.5))
    retimed = retime(before)
    assert latency(retimed) == {"a": 1}
    assert [population.name for population in retimed.populations] == ["a", "always on", "first step"]
    weights = {p.name: p.synapses.weights.tolist() for p in retimed.projections}
    assert weights["always on -> a"] == [[0.5 + 0.125]]
    assert weights["first step -> a"] == [[0.125]]
    quiet = {"x": SpikeRaster.pack(np.zeros((1, 40, 1), bool))}
    spikes = interpret(retimed, quiet)
    assert spikes["always on"].dense().all()
    assert spikes["first step"].dense()[0, :, 0].tolist() == [True] + [False] * 39
    assert assert_shifted(before, quiet) > 5


def test_names_that_are_taken_get_a_number() -> None:
    retimed = retime(graph(neurons("always on", bias=0.2), link("x", "always on", 0)))
    assert [p.name for p in retimed.populations] == ["always on", "always on 2", "first step"]


def test_the_first_free_number_is_taken() -> None:
    taken = ("always on", "always on 2", "always on 3")
    for count, free in ((2, "always on 3"), (3, "always on 4")):
        parts = [neurons(name, bias=0.2) for name in taken[:count]]
        retimed = retime(graph(*parts, link("x", "always on", 0)))
        assert [p.name for p in retimed.populations if p.invented] == [free, "first step"]


def test_a_shift_comes_on_top_of_the_latency_that_was_there() -> None:
    late = replace(neurons("a"), latency=3)
    assert latency(retime(graph(late, neurons("b"), link("x", "a", 0), link("a", "b", 0)))) == {"a": 4, "b": 2}


def test_retime_golden(golden: Callable[[str, str], None]) -> None:
    before = graph(
        neurons("a", bias=0.25),
        neurons("b"),
        link("x", "a", 0, bias=0.5),
        link("a", "b", 0),
        link("b", "a", 2),
    )
    retimed = retime(before)
    golden("retime.txt", text(retimed) + f"latency {latency(retimed)}\n")


def test_what_was_retimed_can_be_quantised_and_its_sources_still_spike() -> None:
    before = graph(neurons("a", bias=0.25), link("x", "a", 0, bias=0.5))
    integers = quantize(fold(retime(before)), chip_named("loihi1"))
    whole = Program(
        chip_named("loihi1"), integers.inputs, integers.populations, integers.projections, (), (), None, 300
    )
    quiet = {"x": SpikeRaster.pack(np.zeros((1, 300, 1), bool))}
    with load(whole) as loaded:
        spikes = loaded.raw(quiet).spikes
    assert spikes["always on"].dense().all()
    assert spikes["first step"].dense()[0, :, 0].tolist() == [True] + [False] * 299
    ideal, own = interpret(before, quiet)["a"].counts().sum(), run(whole, quiet).spikes
    assert set(own) == {"a"}
    assert abs(int(own["a"].counts().sum()) - int(ideal)) <= 0.1 * ideal


def test_replacing_a_delay_changes_only_delays_and_the_latency() -> None:
    before = graph(neurons("a"), link("x", "a", 0))
    after = replace(
        before,
        populations=(replace(before.populations[0], latency=1),),
        projections=(replace(before.projections[0], delay=1),),
    )
    assert text(retime(before)) == text(after)


def test_what_was_retimed_already_is_as_late_as_before() -> None:
    once = retime(graph(neurons("a", bias=0.25), neurons("b"), link("x", "a", 0), link("a", "b", 0)))
    assert latency(once) == {"a": 1, "b": 2}
    assert text(retime(once)) == text(once)


def test_what_stands_for_biases_is_marked_and_not_known_by_its_name() -> None:
    retimed = retime(graph(neurons("always on", bias=0.2), link("x", "always on", 0)))
    assert {p.name: p.invented for p in retimed.populations} == {
        "always on": "",
        "always on 2": "every step",
        "first step": "first step",
    }
