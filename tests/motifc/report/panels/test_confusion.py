"""The panel of classes."""

from dataclasses import replace

import numpy as np

from motifc.evaluation import Evaluation
from motifc.evidence import FLOAT, PROGRAM, Evidence
from motifc.report.panels.confusion import panel
from motifc.report.run import Run
from tests.motifc.report.runs import by_hand


def judged(**by_name: list[list[int]]) -> Run:
    names = {"program": PROGRAM, "floats": FLOAT}
    found = {names[name]: Evaluation(np.array(counts)) for name, counts in by_name.items()}
    return replace(by_hand(), evidence=Evidence("", "", "", found))


def test_the_worst_confusion_and_the_hardest_class_are_told() -> None:
    found = panel(judged(program=[[8, 2, 0], [1, 4, 3]], floats=[[1, 0, 0], [0, 1, 0]]))
    assert found is not None
    assert found.answer.startswith("The program is right in 66.67% of 18 (95 % interval ")
    assert found.answer.endswith("Most often class 1 was tied, 3 times; class 1 is the hardest, 50.0% of it right.")
    (table,) = found.tables
    assert list(table.head) == ["class", "0", "1", "tie"]
    assert table.rows[0] == ("0", "8", "2", "0")
    assert table.heat[0][0] is None
    assert table.heat[0][3] is None
    assert table.heat[0][1] == 5


def test_where_nothing_is_wrong_nothing_is_confused() -> None:
    found = panel(judged(floats=[[3, 0, 0], [0, 0, 0]]))
    assert found is not None
    assert found.answer.endswith("ties count as wrong. It took no class for another.")


def test_without_labels_there_is_no_panel() -> None:
    assert panel(by_hand()) is None
