from pathlib import Path

import pytest

from benchmarks.kernels.accuracy import main, measured, page, tasks
from benchmarks.studies.command import ROOT
from targets.contracts.errors import InputError


def _rows(gain: float) -> list[dict[str, object]]:
    of = {"old": 0.9, "ours": 0.9 + gain, "plain": 0.9}
    return [task | {"accuracy": of[str(task["arm"])], "seconds": 1.0} for task in tasks(2, 2, 2)]


def test_speakers_come_again_with_other_seeds() -> None:
    seeds = [task["seed"] for task in tasks(0, 2, 2) if task["arm"] == "old"]
    assert seeds == [0, 1, 6, 7]


def test_differences_are_paired_and_in_points() -> None:
    text = page(_rows(0.02))
    assert "| this one - the other checkout | 4 | +2.00 | +2.00 | +2.00 |" in text
    assert "## digits" in text
    assert "## fsdd" in text


@pytest.mark.slow
def test_what_is_missing_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--digits", "0", "--speakers", "1", "--out", str(tmp_path / "page.md")])
    assert "name a checkout" in capsys.readouterr().err
    with pytest.raises(InputError, match="name one with --fsdd"):
        measured("fsdd", 0, "ours", {"ours": ROOT}, None)


@pytest.mark.slow
def test_a_search_is_a_row() -> None:
    (row,) = measured("digits", 0, "plain", {"plain": ROOT}, None, epochs=1)
    assert 0 <= row["accuracy"] <= 1
    assert row["seconds"] > 0
