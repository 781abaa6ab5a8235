from pathlib import Path

import pytest

from benchmarks.packages import Tried, main, page, tried_on


def test_what_fails_is_told(tmp_path: Path) -> None:
    tried = tried_on(str(tmp_path / "none"), tmp_path / "a.whl")
    assert "cannot be started" in tried.failed
    text = page([Tried("python3.11", "3.11.7", ""), tried], "a.whl", 2_000, same=True)
    assert "| 3.11.7 | works |" in text
    assert "none | fails: " in text
    assert "holds the same files" in text


def test_a_page_that_cannot_be_written_is_told_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--out", str(tmp_path)])
    assert ended.value.code == 2
    assert str(tmp_path) in capsys.readouterr().err
