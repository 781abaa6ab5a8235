"""The panel of drift."""

import pytest

from motifc.report.panels.drift import panel
from tests.motifc.report.runs import by_hand, whole_run


@pytest.mark.slow
def test_every_population_is_told_of_the_farthest_first() -> None:
    run = whole_run()
    found = panel(run)
    assert found is not None
    assert run.evidence is not None
    assert found.answer.startswith("Of 9 samples, ")
    assert found.answer.endswith(f"put {run.evidence.agreeing} of 9 samples into the same class.")
    (table,) = found.tables
    assert [row[0] for row in table.rows] == ["hidden", "answer"]


def test_one_side_alone_has_no_panel() -> None:
    assert panel(by_hand()) is None
