"""The panel of self-repair."""

import pytest

from motifc.report.panels.repair import panel
from tests.motifc.report.runs import by_hand, whole_run


@pytest.mark.slow
def test_it_tells_how_often_plasticity_helped_before_between_and_after() -> None:
    found = panel(whole_run())
    assert found is not None
    assert found.answer == ("Plasticity lowered the validation loss in 1 of 3 epochs, and moved it by +0 on the mean.")
    assert found.notes[0].startswith("Plasticity lowered the divergence of rates from their target (nats) in 2 of 3 ")
    (table,) = found.tables
    assert table.rows[0] == ("validation loss", "2", "1.25", "1.25")
    assert len(found.drawings) == 3


def test_without_plasticity_there_is_no_panel() -> None:
    assert panel(by_hand()) is None
