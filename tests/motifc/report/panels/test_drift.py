"""The panel of drift."""

import sys

import pytest

from motifc.report.panels.drift import panel
from tests.motifc.report.runs import by_hand, whole_run


@pytest.mark.slow
def test_every_population_is_told_of_the_farthest_first() -> None:
    pytest.importorskip("elephant", reason="elephant is not installed")
    run = whole_run()
    found = panel(run)
    assert found is not None
    assert run.evidence is not None
    assert found.answer.startswith("Of the first 9 samples, ")
    assert found.answer.endswith(f"put {run.evidence.agreeing} of 9 samples into the same class.")
    (table,) = found.tables
    assert [row[0] for row in table.rows] == ["hidden", "answer"]


@pytest.mark.slow
def test_without_elephant_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "elephant.spike_train_dissimilarity", None)
    found = panel(whole_run())
    assert found is not None
    assert found.answer.startswith("Not measured: spike-train distances need elephant")


def test_one_side_alone_has_no_panel() -> None:
    assert panel(by_hand()) is None
