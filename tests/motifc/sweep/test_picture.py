"""The picture of differences: drawn for any study, without a warning."""

from pathlib import Path

import pytest

from motifc.sweep.picture import picture
from motifc.sweep.tables import tables_of
from tests.motifc.sweep.made_study import made_study
from tests.motifc.sweep.test_tables import accuracy

pytest.importorskip("matplotlib", reason="matplotlib is not installed")


def test_every_arm_is_named_and_its_axis_has_a_unit(tmp_path: Path) -> None:
    families = [{"reference": "hrmas", "name": "a $ family"}, {"reference": "random-motif", "measure": "cores"}]
    drawn = picture(tables_of(made_study(tmp_path, accuracy, replicates=3, families=families)).rounds[0]).decode()
    for text in (
        "random-motif, mine.npz (n 3)",
        "accuracy less that of hrmas, points",
        "a $ family",
        "cores less that",
    ):
        assert text in drawn


@pytest.mark.parametrize("good", [0.5, None])
def test_equal_and_failed_trials_are_drawn_too(tmp_path: Path, good: float | None) -> None:
    assert picture(tables_of(made_study(tmp_path, lambda _: good, replicates=1)).rounds[0]).startswith(b"<?xml")


def test_one_arm_alone_has_nothing_to_compare(tmp_path: Path) -> None:
    drawn = picture(tables_of(made_study(tmp_path, lambda _: 0.5, methods=["hrmas"])).rounds[0])
    assert b"no comparison is planned" in drawn
