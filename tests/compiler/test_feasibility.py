"""feasible: what a check says beforehand is what compiling finds."""

import re
from dataclasses import replace
from typing import Any

import pytest

from benchmarks.producers.feasibility import DT, Row, cases, convolution, late, layers, rows
from compiler.feasibility import feasible
from compiler.frontends.nir.read import read_nir
from compiler.ir.graph import FloatGraph
from compiler.pipeline import compile_graph
from targets.contracts.chip import chip_named
from targets.contracts.errors import InputError


def read(graph: Any, readings: str = "") -> FloatGraph:
    return read_nir(graph, DT, tell=lambda told: None, readings=readings)


@pytest.mark.slow
def test_check_agrees_with_compile_in_a_third_of_its_time() -> None:
    found = list(rows(("small",)))
    assert [each.name for each in found if not each.agrees] == []
    assert len(found) == 10
    assert sum(each.checked is None for each in found) == 2
    assert 3 * sum(each.check_s for each in found) < sum(each.compile_s for each in found)


def test_there_are_thirty_cases() -> None:
    assert len(list(cases())) == 30


def test_a_tenth_of_the_cores_is_near_enough() -> None:
    row = Row("x", "small", 11, 10, 0, 0)
    assert row.agrees
    assert not replace(row, checked=12).agrees
    assert not replace(row, checked=None).agrees
    assert replace(row, checked=None, compiled=None).agrees


@pytest.mark.parametrize("graph", [late(200), layers([600, 20], 1.0, 9)])
def test_what_breaks_is_told_in_the_words_of_compile(graph: object) -> None:
    given, chip = read(graph), chip_named("small")
    found = feasible(given, chip)
    with pytest.raises(InputError) as error:
        compile_graph(given, chip)
    mine, theirs = (re.sub(r"[0-9,]+", "n", told) for told in ("\n".join(found.faults), str(error.value)))
    assert mine == theirs  # weights are rounded more coarsely by a check, so that counts differ a little
    assert found.sentences == (*found.faults, *(("The last population answers 1 step late.",) if found.latency else ()))
    assert not found.fits


def test_everything_that_breaks_is_told_at_once() -> None:
    given = read(late(200), "reset = subtract")
    found = feasible(given, chip_named("small"))
    assert len(found.faults) == 3
    assert [told[:14] for told in found.faults] == ["population 'a'", "population 'b'", "projection 'la"]


@pytest.mark.slow
def test_what_fits_is_counted() -> None:
    given, chip = read(convolution(8)), chip_named("small")
    found = feasible(given, chip)
    program = compile_graph(given, chip)
    assert found.fits
    assert found.neurons == sum(each.neurons for each in program.own)
    assert found.latency == program.latest
    assert found.cores is not None
    assert abs(found.cores - len(program.cores)) <= 0.1 * len(program.cores)
    assert found.sentences[0].startswith(f"It fits small: about {found.cores} cores of 1 chip, ")
    assert found.as_dict()["fits"]


def test_a_graph_that_cannot_be_retimed_is_told() -> None:
    graph = layers([4, 5], 1.0, 3, recurrent=True)
    given = read(graph)
    fast = replace(given, projections=tuple(replace(each, delay=0) for each in given.projections))
    found = feasible(fast, chip_named("loihi2"))
    assert found.cores is None
    assert found.faults[0].startswith("the cycle 'lif0' -> 'lif0' has 0 steps of delay in all; ")
