"""Pages whose rows are kept: each says what its rows say, and its command measures nothing again."""

import re
from importlib import import_module
from pathlib import Path

import pytest

from benchmarks.studies.command import PAGES, ROOT

pytest.importorskip("torch", reason="torch is not installed")


@pytest.mark.parametrize(
    "study",
    [
        "ablation",
        "compiled",
        "digits",
        "noise_labels",
        pytest.param("planted_truth", marks=pytest.mark.slow),
        "relaxations",
        "repair",
        "told",
    ],
)
def test_the_page_in_the_documents_says_what_its_rows_say(
    study: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchmarks.runs.ProcessPoolExecutor", None)
    import_module(f"benchmarks.studies.{study}").main(["--out", str(tmp_path)])
    kept = {path.name for path in PAGES.glob(f"{study}.*")}
    assert {path.name for path in tmp_path.iterdir()} == kept
    assert (tmp_path / f"{study}.md").read_text() == (PAGES / f"{study}.md").read_text()


def test_no_row_tells_a_folder_of_a_machine() -> None:
    rows = [*(ROOT / "benchmarks").rglob("*.json"), *(ROOT / "docs").rglob("*.json")]
    assert len(rows) > 20
    assert [path.name for path in rows if re.search(r'"/(home|root|tmp|work|Users|mnt|opt)/', path.read_text())] == []
