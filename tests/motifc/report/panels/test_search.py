"""The panel of a search: headlines and curves."""

from dataclasses import replace
from typing import Any

import pytest

from motifc.report.panels.search import charts, moved, panel
from search.history import History
from tests.motifc.report.histories import history
from tests.motifc.report.runs import by_hand, whole_run


def headlines(*entries: dict[str, float], counts: Any = "epoch") -> list[str]:
    return [chart.headline for chart in charts(History(counts, entries))]


def test_the_size_that_won_is_told_with_its_probability_and_since_when() -> None:
    entries = [{"hidden.p_2": 0.6, "hidden.p_16": 0.4}, {"hidden.p_2": 0.3, "hidden.p_16": 0.7}]
    assert headlines(*entries, {"hidden.p_2": 0.02, "hidden.p_16": 0.98}) == [
        "size 16 won in hidden after 3 epochs, p = .98, ahead since epoch 2"
    ]
    assert headlines({"p_2": 1.0, "p_4": 0.0}, counts="rung") == [
        "size 2 won after 1 rungs, p = 1.00, from the first on"
    ]


def test_every_figure_has_a_headline_what_is_known_before_what_is_not() -> None:
    assert headlines({"new_figure": 3.0, "accuracy": 0.5}, {"accuracy": 0.75}) == [
        "validation accuracy rose from 0.5 to 0.75",
        "new figure 3",
    ]
    whole = History("epoch", tuple(history("hidden1", "hidden2")))
    drawn = charts(whole)
    assert {figure for chart in drawn for figure in chart.figures} | {c.band for c in drawn if c.band} == {
        name for name in whole.columns() if not name.endswith(("_before", "_step_1"))
    }


@pytest.mark.slow
def test_the_answer_is_what_was_decided() -> None:
    found = panel(whole_run())
    assert found is not None
    assert found.answer == ("Size 2 won in hidden after 3 epochs, p = .75, from the first on; validation accuracy 0.5.")
    (table,) = found.tables
    assert [row[0] for row in table.rows] == ["1", "2", "3"]


def test_any_method_may_leave_its_history() -> None:
    run = by_hand()
    assert run.network is not None
    assert panel(run) is None
    told = History("generation", ({"best": 0.5}, {"best": 0.75}))
    network = run.network.with_settings(history=told.as_dict())
    assert History.left_by(network.settings).plural == "generations"
    found = panel(replace(run, network=network))
    assert found is not None
    assert found.answer == "Best rose from 0.5 to 0.75."
    assert len(found.drawings) == 1
    candidates = run.network.with_settings(candidates=[{"accuracy": 0.5, "loss": 1.0}])
    assert History.left_by(candidates.settings).counts == "candidate"


def test_what_did_not_move_is_not_said_to() -> None:
    columns = History("epoch", ({"a": 0.12345, "b": float("nan")}, {"a": 0.12346, "b": float("nan")})).columns()
    assert moved("a", columns["a"]) == "a 0.123"
    assert moved("b", columns["b"]) == "b unknown"
