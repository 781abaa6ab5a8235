"""What the browser finds becomes sentences, and the page of results is what the check writes."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from benchmarks.page import __main__ as check
from tests.conftest import REPOSITORY

RESULTS = REPOSITORY / "docs" / "results" / "page-check.md"
GOOD: dict[str, Any] = {"page": "demo", "width": 375, "scheme": "dark", "sideways": 0, "errors": [], "violations": []}


def test_everything_that_is_wrong_is_told() -> None:
    grave = {"id": "color-contrast", "impact": "serious", "nodes": 2, "first": "<p>"}
    light = {"id": "region", "impact": "minor", "nodes": 1, "first": "<p>"}
    bad = GOOD | {"sideways": 7, "errors": ["asks for https://x"], "violations": [grave, light]}
    assert check.faults(GOOD) == []
    assert check.faults(bad) == [
        "asks to scroll sideways by 7 pixels",
        "the console says asks for https://x",
        "axe finds color-contrast (serious) in 2 places, first <p>",
    ]
    written = check.told([GOOD, bad], {"demo": 840_000})
    assert "| demo | 840 | 375 | dark | 0 | 0 | 0 | 0 |" in written
    assert "| demo | 840 | 375 | dark | 1 | 0 | 1 | 7 |" in written
    assert "Nothing is wrong." not in written
    assert check.told([GOOD], {"demo": 840_000}).endswith("\n\nNothing is wrong.\n")


@pytest.mark.parametrize(
    ("there", "sentence"), [((), "Chromium"), (("chromium",), "node and npm"), (("node", "npm"), "")]
)
def test_what_is_missing_is_told_in_one_sentence(
    there: tuple[str, ...], sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CHROMIUM", raising=False)
    if not sentence:
        monkeypatch.setenv("CHROMIUM", "somewhere")
    monkeypatch.setattr(shutil, "which", lambda name: name if name in there else None)
    told = check.missing()
    assert (told is None) == (not sentence)
    assert told is None or told.startswith(f"make page-check needs {sentence}, which ")


def test_what_is_kept_has_no_fault_and_every_page_at_every_width_by_day_and_night() -> None:
    rows = [line.split(" | ") for line in RESULTS.read_text(encoding="utf-8").splitlines() if line.startswith("| ")][1:]
    assert {row[0].strip("| ") for row in rows} == {"demo", "ten-cores", "three-runs", "braille"}
    assert len(rows) == 16
    assert all(int(row[1].replace(",", "")) <= 3_000 for row in rows)
    assert all([each.strip(" |") for each in row[4:]] == ["0"] * 4 for row in rows)


def test_pictures_of_the_docs_are_few_enough() -> None:
    pictures = list(Path(REPOSITORY / "docs" / "report").glob("*.png"))
    assert pictures
    assert sum(each.stat().st_size for each in pictures) <= 3_000_000
