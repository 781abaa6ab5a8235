"""Simulation measured at sizes of a test, and the page of what was measured."""

import pytest

from benchmarks.runs import chosen, load
from benchmarks.simulation.command import KEPT, LARGE, PAGE, TASKS, summary, summary_of_large
from benchmarks.simulation.measure import beside, large
from benchmarks.simulation.programs import large_program


def test_backends_in_turn_give_a_row_each_and_equal_spikes() -> None:
    rows = beside(80, 2, ["numpy", "numba"], 3)
    assert [(row["backend"], row["runs"], row["differing"]) for row in rows] == [("numpy", 3, 0), ("numba", 3, 0)]
    assert all(0 < row["least"] <= row["seconds"] for row in rows)


@pytest.mark.slow
def test_a_saved_program_is_run_by_one_process() -> None:
    (row,) = large(2_000, "numba")
    assert row["differing"] == 0
    assert row["synapses"] > 40 * 2_000
    assert 0.05 < row["peak"] < 2
    assert 0.05 < row["rate"] < 0.3


def test_programs_of_one_seed_are_equal() -> None:
    assert large_program(400, 1).digest == large_program(400, 1).digest != large_program(400, 2).digest


def test_the_page_holds_what_was_measured_and_no_bin_differs() -> None:
    rows, page = load(KEPT), PAGE.read_text(encoding="utf-8")
    assert "\n".join(summary(chosen(rows, TASKS))) in page
    assert "\n".join(summary_of_large(chosen(rows, LARGE))) in page
    assert not any(row["differing"] for row in rows)
    (numba,) = [row for row in chosen(rows, LARGE) if row["backend"] == "numba"]
    assert numba["peak"] <= 2.0
    assert numba["step"] <= 0.020
