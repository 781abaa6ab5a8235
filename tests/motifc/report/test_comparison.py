"""Runs side by side."""

from dataclasses import replace

import numpy as np
import pytest

from motifc.evaluation import Evaluation
from motifc.evidence import PROGRAM, Evidence
from motifc.report.comparison import comparison
from motifc.report.run import Run
from tests.motifc.report.runs import by_hand, whole_run


def judged(name: str, right: int, wrong: int) -> Run:
    found = Evaluation(np.array([[right, wrong, 0], [0, 0, 0]]))
    return replace(by_hand(), name=name, evidence=Evidence("", "", "", {PROGRAM: found}))


def test_the_best_is_named_and_whether_it_is_by_more_than_chance() -> None:
    answer, drawings, _ = comparison([judged("a", 90, 10), judged("b", 91, 9), judged("c", 50, 50)])
    assert answer == (
        "b has the highest accuracy, 91.00% of 100 (95 % interval 83.77% to 95.19%). "
        "The 95 % intervals do not overlap of a and c; b and c."
    )
    assert len(drawings) == 1
    answer, _, _ = comparison([judged("a", 90, 10), judged("b", 91, 9)])
    assert answer.endswith("The 95 % intervals of all runs overlap, so that the difference may be chance.")


@pytest.mark.slow
def test_a_table_has_a_column_for_each_run() -> None:
    answer, drawings, (table,) = comparison([whole_run(), by_hand()])
    assert answer == "Fewer than two runs have an accuracy, so that there is nothing to compare."
    assert drawings == ()
    assert list(table.head) == ["figure", "net", "hand"]
    rows = {row[0]: row[1:] for row in table.rows}
    assert rows["neurons"] == ("27", "27")
    assert rows["cores"] == ("1 of loihi2", "")
    assert rows["method"] == ("hrmas", "")
    assert rows["against numpy"] == ("numba equal", "")
    assert rows["estimated energy per step"][0].endswith(" nJ")
