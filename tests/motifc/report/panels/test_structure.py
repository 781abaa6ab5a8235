"""The panel of structure."""

import pytest

from motifc.report.panels.structure import panel
from tests.motifc.report.runs import by_hand, whole_run


@pytest.mark.slow
def test_layers_projections_and_integers_are_listed() -> None:
    found = panel(whole_run())
    assert found.answer.startswith("27 neurons in hidden, answer; ")
    assert found.answer.endswith("inputs touch of 11.")
    layers, projections, integers = found.tables
    assert layers.rows[0][:3] == ("hidden", "24", "6 of 4")
    assert [row[2] for row in projections.rows] == ["input", "intra", "lateral", "output"]
    assert [row[0] for row in integers.rows] == ["hidden", "answer"]
    assert len(found.drawings) == 2


def test_of_a_network_that_was_not_compiled_there_are_no_integers() -> None:
    assert [table.caption for table in panel(by_hand()).tables] == ["Layers", "Projections"]
