"""The cases worked by hand: the definition agrees with the hand."""

import pytest

from targets.conformance.worked import ConformanceCase, worked_cases
from targets.runtime.backend import run

CASES = worked_cases()


def test_names_tell_cases_apart() -> None:
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_definition_gives_what_the_hand_did(case: ConformanceCase) -> None:
    (inputs,) = case.sets
    got = run(case.program, inputs, probes=case.probes)
    name = case.program.populations[-1].name
    values = {"spikes": got.spikes[name].dense(), "u": got.u[name], "v": got.v[name]}
    if case.probes:
        values |= {"trace_u": got.traces[name].u, "trace_v": got.traces[name].v}
    assert case.by_hand
    assert {key: values[key].tolist() for key in case.by_hand} == dict(case.by_hand)


def test_every_kind_of_synapses_is_there() -> None:
    kinds = {projection.synapses.kind for case in CASES for projection in case.program.projections}
    assert kinds == {"dense", "block", "band", "sparse"}
