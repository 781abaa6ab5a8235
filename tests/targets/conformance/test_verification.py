"""verify: whole test sets in pieces, with the reason of a difference."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from compiler.pipeline import compile_network
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
