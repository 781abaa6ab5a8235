"""The panel of provenance."""

import pytest

from motifc.report.panels.provenance import panel
from tests.motifc.report.runs import by_hand, whole_run
from tests.provenances import PROVENANCE


@pytest.mark.slow
def test_digests_data_and_commands_are_told() -> None:
    run = whole_run()
    found = panel(run)
    assert run.program is not None
    assert list(found.notes) == [step.command for step in PROVENANCE.made]
    origin, settings = found.tables
    facts = {row[0]: row[1] for row in origin.rows}
    assert facts["program digest"] == run.program.digest
    assert facts["compiled from"] == run.program.origin
    assert facts["trained on"].startswith("digits, split of seed 3: 862 training")
    assert facts["samples"] == "samples of a test"
    assert settings.rows == [("model.neurons", "24")]


def test_a_network_by_hand_says_that_it_does_not_know() -> None:
    found = panel(by_hand())
    assert found.answer == "It does not say who made it."
    assert found.notes == []
