"""The panel of the membrane."""

import pytest

from motifc.report.panels.membrane import panel
from tests.motifc.report.runs import by_hand, whole_run


@pytest.mark.slow
def test_a_lively_neuron_is_shown_on_both_sides() -> None:
    found = panel(whole_run())
    assert found is not None
    assert " of hidden spiked " in found.answer
    assert " times in float and " in found.answer
    assert len(found.drawings) == 1


def test_what_was_not_run_has_no_panel() -> None:
    assert panel(by_hand()) is None
