"""verify: whole test sets in pieces, with the reason of a difference."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from compiler.frontends.network import lower
from compiler.pipeline import compile_graph, compile_network
from targets.backends.numpy import NumpyMachine
from targets.conformance.equivalence import compare
from targets.conformance.inspection import Side
from targets.conformance.verification import side, verify
from targets.contracts.raster import SpikeRaster
from targets.contracts.semantics import LAVA
from targets.program.program import Program
from targets.runtime.backend import load, run
from targets.runtime.recording import Probe, Recording
from tests.networks import random_network, random_spikes


def program() -> Program:
    return compile_network(random_network(0))


def dialect(own: Program, *switches: str) -> Side:
    """The oracle in another dialect."""
    return Side(
        "dialect",
        own,
        lambda inputs, probes: NumpyMachine(own, LAVA.switched(switches)).run(inputs, probes),
    )


def test_equal_sides_agree_in_any_number_of_pieces() -> None:
    own, raster = program(), random_spikes(0, 11, samples=7)
    whole, pieces = (verify(side(load(own)), [side(load(own, "torch"))], raster, samples=n)[0] for n in (7, 3))
    assert whole.report == pieces.report
    assert whole.report.equal
    assert whole.report.populations[0].bins == 7 * 30 * 24
    assert whole.inspection is None
    assert whole.explanations is None


def test_a_difference_is_found_in_its_own_sample_inspected_and_explained() -> None:
    own, raster = program(), random_spikes(0, 11, samples=7)
    other = dialect(own, "reset")
    expected = compare(side(load(own)).run({"touch": raster}, ()).spikes, other.run({"touch": raster}, ()).spikes)
    (verdict,) = verify(side(load(own)), [other], raster, samples=2)
    assert verdict.report.first == expected.first
    assert verdict.report.differing == expected.differing > 0
    assert verdict.inspection is not None
    assert verdict.explanations is not None
    assert {name: found.sets for name, found in verdict.explanations.items()} == {"dialect": (("reset",),)}
    plain = verdict.as_dict()
    assert plain["explanations"]["dialect"]["sets"] == [{"reset": ["zero", "subtract"]}]


def test_when_the_first_side_is_the_odd_one_it_is_the_one_explained() -> None:
    own, raster = program(), random_spikes(1, 11, samples=3)
    (verdict,) = verify(dialect(own, "reset"), [side(load(own))], raster)
    assert verdict.explanations is not None
    assert list(verdict.explanations) == ["dialect"]


@pytest.mark.slow
@pytest.mark.parametrize("names", [("torch", "onnx")])
def test_several_sides_at_once(names: tuple[str, ...]) -> None:
    own, raster = program(), random_spikes(2, 11, samples=3)
    first = own.projections[0]
    changed = replace(own, projections=(replace(first, delay=2), *own.projections[1:]))
    sides = [*(side(load(own, name)) for name in names), side(load(changed), "changed")]
    verdicts = verify(side(load(own)), sides, raster)
    assert [verdict.report.equal for verdict in verdicts] == [True, True, False]
    assert [verdict.report.right for verdict in verdicts] == [*names, "changed"]


def test_a_final_state_that_differs_is_told_though_all_spikes_agree() -> None:
    own, raster = program(), random_spikes(0, 11, samples=4)

    def moved(inputs: Mapping[str, SpikeRaster], probes: Sequence[Probe]) -> Recording:
        honest = run(own, inputs, probes=probes)
        return replace(honest, u={name: values + (name == "answer") for name, values in honest.u.items()})

    (verdict,) = verify(side(load(own)), [Side("moved", own, moved)], raster)
    assert verdict.report.equal
    assert not verdict.equal
    assert verdict.state is not None
    assert verdict.state.startswith(
        "numpy and moved have the same spikes but differ in 12 of 12 final u of population 'answer', first in sample 0"
    )


def late_program(seed: int = 0) -> Program:
    """Without delays, with biases: every population late, and sources for the biases."""
    graph = lower(random_network(seed))
    instant = (replace(each, delay=0) if each.source != each.target else each for each in graph.projections)
    return compile_graph(replace(graph, projections=tuple(instant)))


@pytest.mark.parametrize("steps", [1, 12])
def test_late_populations_are_compared_until_they_have_ended(steps: int) -> None:
    own = late_program()
    (verdict,) = verify(side(load(own)), [side(load(own, "torch"))], random_spikes(0, 11, steps=steps))
    assert verdict.equal
    assert {each.population: each.bins for each in verdict.report.populations} == {
        "hidden": 4 * (steps + 2) * 24,
        "answer": 4 * (steps + 2) * 3,
    }


@pytest.mark.slow
def test_a_last_step_that_differs_is_seen_though_it_comes_after_the_input() -> None:
    own, raster = late_program(), random_spikes(0, 11, samples=20, steps=12, rate=0.9)
    honest = side(load(own))

    def forgetful(inputs: Mapping[str, SpikeRaster], probes: Sequence[Probe]) -> Recording:
        recording = honest.run(inputs, probes)
        return replace(recording, spikes={name: r.until(13).padded(1) for name, r in recording.spikes.items()})

    assert honest.run({"touch": raster.padded(2)}, ()).spikes["answer"].dense()[:, 13].any()
    (verdict,) = verify(honest, [Side("forgetful", own, forgetful)], raster)
    assert verdict.report.first is not None
    assert verdict.report.first.step == 13


@pytest.mark.slow
def test_programs_of_other_latencies_are_compared_in_the_time_of_the_network() -> None:
    """The same network with one delay more on its input: late by one step more, and else equal."""
    own, raster = late_program(), random_spikes(0, 11, steps=9)
    later = replace(
        own,
        populations=tuple(replace(each, latency=each.latency and each.latency + 1) for each in own.populations),
        projections=tuple(
            replace(each, delay=each.delay + 1)
            if each.source in ("touch", "always on", "first step") and each.target in own.latency
            else each
            for each in own.projections
        ),
    )
    (verdict,) = verify(side(load(own)), [side(load(later), "later")], raster)
    assert verdict.equal
    assert verdict.report.populations[0].bins == 4 * 9 * 24
    changed = replace(later, projections=(replace(later.projections[0], exponent=2), *later.projections[1:]))
    (verdict,) = verify(side(load(own)), [side(load(changed), "changed")], raster)
    assert not verdict.equal
    assert verdict.inspection is None
