"""The page of a study, and the other files of its tables."""

from pathlib import Path

import pytest

from motifc.sweep.markdown import markdown
from motifc.sweep.tables import tables_of
from tests.motifc.sweep.made_study import made_study
from tests.motifc.sweep.test_tables import accuracy


def test_the_page_tells_means_differences_and_cost(tmp_path: Path) -> None:
    lines = markdown(tables_of(made_study(tmp_path, accuracy, replicates=3))).splitlines()
    assert lines[0] == "# tiny"
    assert lines[4].startswith("6 of 6 trials finished, outcomes ")
    assert "| mine.npz | hrmas | 3 | 60.00 (10.00) | 30.00 (5.00) | 1.00 (0.00) |" in lines
    (row,) = [line for line in lines if line.startswith("| mine.npz | random-motif | 3 | +2.00 | 1.00 |")]
    assert row.split("|")[6].strip() == "-0.48 to +4.48"
    assert row.split("|")[8].strip() == "-"
    assert "| all |  | 0.060 | 0.000 | 6 |" in lines
    told = "Splits overlap, 0.250 to 0.250 test samples for each that is trained on"
    assert any(told in line for line in lines)


def test_failures_begin_no_cell(tmp_path: Path) -> None:
    page = markdown(tables_of(made_study(tmp_path, lambda trial: None if trial.replicate else 0.5)))
    assert "| hrmas on mine.npz, replicate 1 | it was told \\| to fail. |" in page
    assert "p is two-sided, adjusted over 1 comparison (Holm 1979)." in page


@pytest.mark.parametrize("replicates", [1, 20])
def test_a_bootstrap_is_told_from_twenty_pairs_on(tmp_path: Path, replicates: int) -> None:
    def told(trial: object) -> float:
        number = getattr(trial, "replicate", 0)
        return 0.5 + (number % 3) / 50 * (getattr(trial, "method", "") == "hrmas")

    page = markdown(tables_of(made_study(tmp_path, told, replicates=replicates)))
    assert ("A bootstrap is told from 20 pairs on." in page) == (replicates < 20)
