"""The panel of equality."""

from dataclasses import replace

import pytest

from motifc.evidence import Comparison, Evidence
from motifc.report.panels.equality import equal_told, panel
from targets.conformance.equivalence import Agreement, Difference
from targets.contracts.raster import SpikeRaster
from tests.motifc.report.runs import by_hand, whole_run

EQUAL = Comparison("numba", (Agreement("h", 30, 2, 0),))
DIFFERENT = Comparison("x", (Agreement("h", 30, 2, 1),), Difference(0, 1, "h", 2, True, False), explained=("Why.",))
MISSING = Comparison("lava", missing="lava is not installed.")


def test_who_is_equal_who_is_not_and_why() -> None:
    told = equal_told(Evidence("p", "", "", {}, (EQUAL, DIFFERENT, MISSING)))
    assert told == (
        "Equal spike for spike on numpy and numba: 0 of 30 bins differ, 2 spikes compared. x differs from numpy."
    )
    assert equal_told(Evidence("p", "", "", {}, (MISSING,))) == "No other backend was run."


def test_voltages_are_told_where_they_were_compared_and_spoil_equality_where_they_differ() -> None:
    traced = replace(EQUAL, traced=("out",))
    told = equal_told(Evidence("p", "", "", {}, (traced, replace(traced, backend="onnx"), MISSING)))
    assert told == (
        "Equal spike for spike on numpy, numba and onnx: 0 of 30 bins differ, 2 spikes compared, and u and v of 'out' "
        "in every step."
    )
    parted = replace(traced, state="numpy and numba differ in 1 of 9 v of population 'out'.")
    assert not parted.equal
    assert parted.sentence == parted.state
    assert equal_told(Evidence("p", "", "", {}, (parted,))) == "numba differs from numpy."


@pytest.mark.slow
def test_differences_are_told_with_their_explanation() -> None:
    evidence = Evidence("p", "", "", {}, (EQUAL, DIFFERENT, MISSING))
    found = panel(replace(whole_run(), evidence=evidence))
    assert found is not None
    assert list(found.notes) == [
        "numpy and x differ in 1 of 30 bins, first in sample 0, step 1, population 'h', neuron 2: numpy spikes, "
        "x is silent.",
        "lava is not installed.",
        "x: Why.",
    ]
    (table,) = found.tables
    assert [row[0] for row in table.rows] == ["numpy / numba", "numpy / x", "numpy / lava"]


@pytest.mark.slow
def test_a_recording_is_compared_with_the_program() -> None:
    run = whole_run()
    hidden = run.integers["hidden"]
    short = SpikeRaster.pack(hidden.dense()[:2])
    found = panel(replace(run, recordings={"same.npz": {"hidden": hidden}, "short.npz": {"hidden": short}}))
    assert found is not None
    same, other = found.notes[-2:]
    assert same.startswith("program and same.npz are equal: 0 of 6,480 bins differ, ")
    assert other.startswith("short.npz is not compared: population 'hidden' has (samples, steps, neurons) (9, 30, 24)")
    assert panel(by_hand()) is None
