"""Which data sets there are, and what is counted in one."""

from pathlib import Path

import pytest

from motifc.datasets import examination, listing
from targets.contracts.errors import InputError


def test_the_listing_says_where_it_looked_and_whether_a_folder_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOTIFC_DATA", str(tmp_path))
    (tmp_path / "nmnist").mkdir()
    found = {each.name: (each.found, each.sought) for each in listing()}
    assert found["nmnist"] == (True, str(tmp_path / "nmnist"))
    assert found["fsdd"] == (False, str(tmp_path / "fsdd"))
    assert found["digits"] == (True, "")


def test_nothing_is_looked_for_where_no_folder_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MOTIFC_DATA", raising=False)
    assert {(each.found, each.sought) for each in listing()} == {(True, ""), (False, "")}


def test_an_examination_counts_spikes_within_the_lengths_of_samples(mine: Path) -> None:
    found = examination(str(mine), None, 0)
    assert {name: (part.samples, part.density) for name, part in found.parts.items()} == {
        "train": (12, 0.5),
        "valid": (4, 0.5),
        "test": (4, 0.5),
    }
    assert (found.classes, found.published, found.equal) == (2, {}, True)


def test_an_examination_of_what_is_unknown_is_refused() -> None:
    with pytest.raises(InputError, match=r"^unknown task 'letters'; known are "):
        examination("letters", None, 0)
