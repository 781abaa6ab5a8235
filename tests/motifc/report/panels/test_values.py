"""The panel of values."""

from dataclasses import replace

import numpy as np

from motifc.evidence import FLOAT, PROGRAM, Evidence
from motifc.regression import Regression
from motifc.report.panels.confusion import panel as confusion
from motifc.report.panels.values import panel
from motifc.report.result import key_figures, result_line
from motifc.report.run import Run
from tests.motifc.report.runs import by_hand

TRUTH = np.array([[1.0, 2.0], [3.0, 4.0]])


def told() -> Run:
    sides = {FLOAT: Regression(TRUTH, TRUTH), PROGRAM: Regression(TRUTH + np.array([0.0, 0.5]), TRUTH)}
    return replace(by_hand(), evidence=Evidence("", "", "", regressions=sides))


def test_errors_of_both_sides_and_of_each_value_are_told() -> None:
    found = panel(told())
    assert found is not None
    assert found.answer == (
        "SMAPE of the float network 0 % (mean squared error 0) of 2; sMAPE of the program 8.497 % (mean squared error "
        "0.125) of 2. What float network and program tell is up to 0.5 apart."
    )
    (table,) = found.tables
    assert table.rows == [("0", "0", "0", "0", "0"), ("1", "0", "0", "16.99", "0.25")]
    assert confusion(told()) is None
    assert key_figures(told())[0] == ("sMAPE", "8.5 %", "of 2, mean squared error 0.125")
    assert "sMAPE of the program 8.497 %" in result_line(told())[1]


def test_without_values_there_is_no_panel() -> None:
    assert panel(by_hand()) is None
