"""Which core listens to whom, and the routes that follow, counted by hand."""

from dataclasses import replace

import numpy as np

from targets.program.listeners import Route, listeners
from targets.program.program import Program
from tests.targets.program.by_hand import by_hand


def pairs(program: Program) -> list[tuple[int, int]]:
    """(source neuron by global number, core that listens to it)."""
    found = program.listeners
    return list(zip(found.sources.tolist(), found.cores.tolist(), strict=True))


def test_cores_of_neurons_by_global_number() -> None:
    assert by_hand().listeners.core_of.tolist() == [-1, -1, 0, 1, 0, 1]


def test_synapses_are_those_that_are_not_zero() -> None:
    assert by_hand().listeners.synapses.tolist() == [3, 3]


def test_a_core_that_listens_twice_is_one_pair() -> None:
    assert pairs(by_hand()) == [
        (0, 0),  # the first input for p0
        (1, 0),  # the second for p0 on one core and p1 on the other
        (1, 1),
        (2, 1),  # p0 for q0
        (3, 0),  # p1 for p2
        (4, 1),  # p2 for q0
    ]


def test_routes_are_axons_between_different_cores() -> None:
    assert by_hand().routes == (Route(-1, 0, 2), Route(-1, 1, 1), Route(0, 1, 2), Route(1, 0, 1))


def test_what_is_on_one_core_needs_no_route() -> None:
    program = by_hand()
    first, second = program.cores
    alone = replace(
        program, cores=(replace(first, members={"p": np.arange(3, dtype=np.int32), "q": second.members["q"]}),)
    )
    assert alone.routes == (Route(-1, 0, 2),)


def test_neurons_on_no_core_listen_on_core_minus_one() -> None:
    program = replace(by_hand(), cores=by_hand().cores[:1])
    assert program.listeners.core_of.tolist() == [-1, -1, 0, -1, 0, -1]
    assert program.listeners.synapses.tolist() == [3]
    assert pairs(program) == [(0, 0), (1, -1), (1, 0), (2, -1), (3, 0), (4, -1)]


def test_without_synapses_nobody_listens() -> None:
    program = by_hand()
    found = listeners(program.inputs, program.populations, (), program.cores)
    assert (found.synapses.tolist(), found.sources.tolist(), found.routes) == ([0, 0], [], ())
