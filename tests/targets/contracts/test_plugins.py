"""Plugins by listing and by entry point; ours win; what is broken or unknown is told in one sentence."""

import importlib
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from targets.contracts.errors import InputError
from targets.contracts.plugins import Plugins

Installed = Callable[[str, str], None]
KIND = Plugins("colour", "palette", "palette.colours")


@pytest.fixture
def palette(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on sys.path with a package of two colours."""
    (tmp_path / "palette").mkdir()
    for name in ("__init__", "red", "sea_green"):
        (tmp_path / "palette" / f"{name}.py").write_text(f"NAME = {name!r}\n")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    for name in ("palette", "palette.red", "palette.sea_green", "theirs", "broken"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return tmp_path


@pytest.fixture
def installed(palette: Path) -> Installed:
    """Put a module and the metadata of a distribution with one entry point into the folder."""

    def put(point: str, code: str) -> None:
        module = point.partition("=")[2].partition(":")[0].strip()
        (palette / f"{module}.py").write_text(code)
        metadata = palette / f"{module}_package-1.0.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}-package\nVersion: 1.0\n")
        (metadata / "entry_points.txt").write_text(f"[palette.colours]\n{point}\n")
        importlib.invalidate_caches()

    return put


@pytest.mark.usefixtures("palette")
def test_modules_of_the_folder_are_found_by_listing() -> None:
    assert KIND.own == KIND.names == ("red", "sea-green")
    assert KIND.added == {}
    assert KIND.load("sea-green").NAME == "sea_green"


def test_an_entry_point_adds_a_module_or_an_object(installed: Installed) -> None:
    installed("ochre = theirs:OCHRE", "OCHRE = 'an earth'\n")
    assert KIND.names == ("ochre", "red", "sea-green")
    assert KIND.own == ("red", "sea-green")
    assert KIND.load("ochre") == "an earth"


def test_an_entry_point_may_name_a_whole_module(installed: Installed) -> None:
    installed("ochre = theirs", "NAME = 'theirs'\n")
    assert KIND.load("ochre").NAME == "theirs"


def test_where_a_name_is_ours_too_ours_is_taken(installed: Installed) -> None:
    installed("red = theirs", "NAME = 'theirs'\n")
    assert KIND.names == ("red", "sea-green")
    assert KIND.load("red").NAME == "red"


def test_what_is_not_loaded_is_not_imported(installed: Installed) -> None:
    installed("ochre = broken", "raise RuntimeError('out of paint')\n")
    assert KIND.names == ("ochre", "red", "sea-green")
    assert "broken" not in sys.modules


def test_a_broken_entry_point_is_told_in_one_sentence(installed: Installed) -> None:
    installed("ochre = broken", "raise RuntimeError('out of paint')\n")
    with pytest.raises(InputError) as error:
        KIND.load("ochre")
    assert str(error.value) == (
        "colour 'ochre' of broken-package cannot be imported from 'broken' (RuntimeError: out of paint); repair or "
        "uninstall that package."
    )


def test_an_entry_point_to_what_is_not_there_is_told_too(installed: Installed) -> None:
    installed("ochre = theirs:OCHRE", "\n")
    with pytest.raises(InputError, match=r"^colour 'ochre' of theirs-package cannot be imported from 'theirs:OCHRE' "):
        KIND.load("ochre")


def test_an_unknown_name_lists_all(installed: Installed) -> None:
    installed("ochre = theirs", "\n")
    with pytest.raises(InputError) as error:
        KIND.load("mauve")
    assert str(error.value) == "unknown colour 'mauve'; known are ochre, red, sea-green, so choose one of them."
