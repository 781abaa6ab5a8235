"""Curves out of histories: what is there, in the order of the field, nothing invented."""

import pytest

from motifc.report.search_curves import curves_figure, lowered, search_panels, training_panels
from tests.motifc.report.histories import history

WHOLE = [
    "validation loss",
    "change of validation loss",
    "rate KL divergence (nats)",
    "change of rate KL divergence (nats)",
    "validation accuracy",
    "change of validation accuracy",
]
LAYER = [
    "probability of a motif size",
    "rate, mean and deviation (spikes per step)",
    "mean largest q",
    "mean entropy of q (nats)",
    "expected links per neuron",
    "share of silent neurons",
    "mean R",
    "mean tau_m (steps)",
]


def test_every_figure_of_a_search_has_its_panel() -> None:
    panels = search_panels(history("hidden1", "hidden2"))
    titles = {layer: [panel.title for panel in own] for layer, own in panels.items()}
    assert titles == {"": WHOLE, "hidden1": LAYER, "hidden2": LAYER}
    loss, change, *_ = panels[""]
    assert {label: values.tolist() for label, values in loss.curves.items()} == {
        "before step 1": [2.0, 2.0, 2.0],
        "after step 1": [1.25, 1.25, 1.25],
        "after step 2": [1.25, 1.0, 1.5],
    }
    assert {label: values.tolist() for label, values in change.curves.items()} == {
        "by step 1": [-0.75, -0.75, -0.75],
        "by step 2": [0.0, -0.25, 0.25],
    }
    sizes, rate, *_ = panels["hidden1"]
    assert list(sizes.curves) == ["size 2", "size 16"]
    assert rate.band is not None
    assert rate.band.tolist() == [0.05, 0.05, 0.05]


def test_what_is_missing_is_left_out_and_what_is_unknown_is_drawn() -> None:
    panels = search_panels([{"loss": 2.0, "p_2": 1.0, "rate": 0.1}, {"loss": 1.0, "new_figure": 3.0}])
    assert [panel.title for panel in panels[""]] == [WHOLE[0], *LAYER[:2], "new figure"]
    assert panels[""][0].curves[""].tolist() == [2.0, 1.0]
    assert str(panels[""][3].curves[""].tolist()) == "[nan, 3.0]"


def test_how_often_step_2_lowered_a_figure() -> None:
    assert lowered(history(), "rate_kl") == (2, 3)
    assert lowered(history(), "loss") == (1, 3)
    assert lowered([{"loss": 1.0}], "loss") is None


@pytest.mark.parametrize("number", [1, 3, 4])
def test_every_panel_is_drawn_with_its_curves_and_its_count(number: int) -> None:
    panels = (search_panels(history())[""] * 2)[:number]
    drawn = [axes for axes in curves_figure(panels, "iteration").axes if axes.axison]
    assert [axes.get_title() for axes in drawn] == [panel.title for panel in panels]
    assert {axes.get_xlabel() for axes in drawn} == {"iteration"}
    curves = [[line.get_label() for line in axes.lines if not str(line.get_label()).startswith("_")] for axes in drawn]
    assert curves == [list(panel.curves) for panel in panels]
    for axes in drawn:
        looks = [(line.get_linestyle(), line.get_marker()) for line in axes.lines]
        assert len(set(looks)) == len(looks)  # told apart without colour


def test_a_training_is_drawn() -> None:
    panels = training_panels([{"loss": 2.0, "accuracy": 0.5}, {"loss": 1.0, "accuracy": 1.0}])
    assert {panel.title: panel.curves[""].tolist() for panel in panels} == {
        "training loss": [2.0, 1.0],
        "training accuracy": [0.5, 1.0],
    }


def test_rounding_is_not_drawn_as_a_change() -> None:
    panels = search_panels([{"messages": 8.634077}, {"messages": 8.634078}])[""]
    low, high = curves_figure(panels, "iteration").axes[0].get_ylim()
    assert high - low == pytest.approx(0.08634, rel=0.01)
