from pathlib import Path

import pytest

from benchmarks.kernels.accuracy import main, measured, page, tasks
from benchmarks.studies.command import ROOT
from targets.contracts.errors import InputError


def _row(task: dict[str, object], accuracy: float) -> dict[str, object]:
    """A row of two speakers by turns."""
    seed = task["seed"]
    assert isinstance(seed, int)
    speaker = ("george", "lucas")[seed % 2] if task["data"] == "fsdd" else None
    return task | {"accuracy": accuracy, "seconds": 1.0, "speaker": speaker}


def _rows(gain: float) -> list[dict[str, object]]:
    of = {"old": 0.9, "ours": 0.9 + gain, "plain": 0.9}
    return [_row(task, of[str(task["arm"])]) for task in tasks(2, 2, 2)]


def test_speakers_come_again_with_other_seeds() -> None:
    seeds = [task["seed"] for task in tasks(0, 2, 2) if task["arm"] == "old"]
    assert seeds == [0, 1, 2, 3]


def test_differences_are_paired_and_in_points() -> None:
    text = page(_rows(0.02))
    assert text.count("| this one - the other checkout | 2 | +2.00 | +2.00 | +2.00 | within ") == 2
    assert text.count("**no**") == 3  # on digits, and on FSDD beside both others
    assert text.count("| yes |") == 1
    assert "## digits" in text
    assert "## fsdd" in text


def test_searches_with_the_same_speaker_are_averaged_first() -> None:
    """The first speaker gains 1 and 3 points, the second 2 and 2: both gain 2."""
    gains = (0.01, 0.02, 0.03, 0.02)
    rows = [
        _row(task, 0.5 + (gains[seed] if task["arm"] == "ours" else 0))
        for task in tasks(0, 2, 2)
        if isinstance(seed := task["seed"], int)
    ]
    assert "| this one - the other checkout | 2 | +2.00 | +2.00 | +2.00 |" in page(rows)


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
