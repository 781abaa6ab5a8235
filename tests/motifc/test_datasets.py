"""Which data sets there are, and what is counted in one."""

from pathlib import Path

import numpy as np
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


def test_an_examination_counts_silent_samples_and_copies(tmp_path: Path) -> None:
    spikes = np.zeros((30, 3, 5), np.uint8)
    spikes[:, 0] = np.arange(30)[:, None] >> np.arange(5) & 1  # sample 0 is silent
    spikes[:, 2] = 1  # behind every length
    lengths = np.full(30, 2)
    np.savez(tmp_path / "mine.npz", spikes=spikes, labels=np.arange(30) % 2, lengths=lengths)
    found = examination(str(tmp_path / "mine.npz"), None, 0)
    assert sum(part.silent for part in found.parts.values()) == 1
    assert found.copies == 0
    np.savez(tmp_path / "mine.npz", spikes=spikes // 3 + spikes[:1], labels=np.arange(30) % 2, lengths=lengths)
    found = examination(str(tmp_path / "mine.npz"), None, 0)
    assert [part.silent for part in found.parts.values()] == [18, 6, 6]
    assert (found.copies, found.as_dict()["copies"]) == (6, 6)
