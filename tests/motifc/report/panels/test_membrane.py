"""The panel of the membranes."""

from dataclasses import replace

import pytest

from motifc.report.panels.membrane import chosen_neurons, panel
from tests.motifc.report.runs import by_hand, whole_run


@pytest.mark.slow
def test_neurons_of_every_population_can_be_chosen_and_are_told_on_both_sides() -> None:
    run = whole_run()
    assert run.program is not None
    found = panel(run)
    assert found is not None
    assert found.answer.startswith(f"Of {len(found.choices)} neurons to choose from, ")
    assert {each.label.split()[0] for each in found.choices} == {own.name for own in run.program.own}
    for choice in found.choices:
        assert " in float and " in choice.answer
        assert len(choice.drawings) == 1
    assert " times in float and " in found.answer


@pytest.mark.slow
def test_those_asked_for_come_first_and_once() -> None:
    run = replace(whole_run(), neurons=(("hidden", 3), ("hidden", 5)))
    chosen = chosen_neurons(run, 0)
    assert list(chosen["hidden"])[:2] == [3, 5]
    assert chosen["hidden"][3] == "asked for"
    found = panel(run)
    assert found is not None
    assert [each.label for each in found.choices][:2] == ["hidden 3: asked for", "hidden 5: asked for"]


def test_what_was_not_run_has_no_panel() -> None:
    assert panel(by_hand()) is None
