"""Evidence: kept in a file, and of one program on some spikes."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from motifc.evaluation import Evaluation
from motifc.evidence import PROGRAM, Comparison, Evidence, digest_of
from motifc.files import kind_of
from targets.conformance.equivalence import Agreement, Difference
from targets.contracts.errors import InputError
from tests.networks import labelled_spikes

EQUAL = Comparison("numba", (Agreement("h", 30, 2, 0),), seconds=1.5)
DIFFERENT = Comparison("x", (Agreement("h", 30, 2, 1),), Difference(0, 1, "h", 2, True, False), explained=("why",))
MISSING = Comparison("lava", missing="lava is not installed.")


def test_a_file_keeps_all_of_it(tmp_path: Path) -> None:
    path = tmp_path / "a.evidence"
    found = Evaluation(np.array([[3, 1, 0], [0, 2, 1]]))
    Evidence("p", "samples", "i", {PROGRAM: found}, (EQUAL, DIFFERENT, MISSING), 5).save(path)
    assert kind_of(path) == "evidence"
    again = Evidence.load(path)
    assert (again.program, again.samples, again.inputs, again.agreeing) == ("p", "samples", "i", 5)
    assert again.comparisons == (EQUAL, DIFFERENT, MISSING)
    assert again.evaluations[PROGRAM].sentence == found.sentence
    with pytest.raises(InputError):
        Evidence.load(Path(__file__))


def test_what_came_of_a_comparison() -> None:
    assert (EQUAL.equal, DIFFERENT.equal, MISSING.equal) == (True, False, False)
    assert (EQUAL.bins, EQUAL.spikes, DIFFERENT.differing, MISSING.ran) == (30, 2, 1, False)
    assert EQUAL.sentence == "numpy and numba are equal: 0 of 30 bins differ, 2 spikes compared."
    assert MISSING.sentence == "lava is not installed."


def test_evidence_is_of_one_program_on_some_spikes() -> None:
    spikes = labelled_spikes(0, 5, 4)
    digest = digest_of({"a": spikes})
    evidence = Evidence("p", "samples", digest)
    assert evidence.is_of("p", digest)
    assert not evidence.is_of("q", digest)
    others = ({"b": spikes}, {"a": labelled_spikes(1, 5, 4)}, {"a": replace(spikes, labels=None)})
    assert not any(evidence.is_of("p", digest_of(other)) for other in others)


@pytest.mark.parametrize("confusion", [[[-1, 0]], [[1, 0, 0, 0], [0, 1, 0, 0]]])
def test_no_evaluation_of_another_shape_or_below_zero(confusion: list[list[int]]) -> None:
    with pytest.raises(InputError, match=r"^a confusion matrix has the shape"):
        Evaluation(np.array(confusion))
