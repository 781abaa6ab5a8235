"""Where things are kept."""

from pathlib import Path

import pytest

from targets.contracts.cache_folder import cache_folder


def test_the_folder_is_what_the_environment_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("MOTIFC_CACHE", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert cache_folder() == tmp_path / ".cache" / "motifc"
    monkeypatch.setenv("XDG_CACHE_HOME", "elsewhere")
    assert cache_folder() == Path("elsewhere/motifc")
    monkeypatch.setenv("MOTIFC_CACHE", "~/mine")
    assert cache_folder() == tmp_path / "mine"
