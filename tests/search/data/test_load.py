"""A command's --data: a task's name or a path."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from search.data.load import load_split
from search.data.own_data import own_split
from targets.contracts.errors import InputError


def test_a_path_is_told_from_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    np.savez("mine.npz", spikes=np.random.default_rng(0).random((30, 4, 5)) < 0.5, labels=np.arange(30) % 2)
    Path("folder").mkdir()
    shutil.copy("mine.npz", "folder/train.npz")
    Path("digits").mkdir()
    digest = own_split(Path("mine.npz"), 5).digest
    split = load_split("mine.npz", seed=5)
    assert (split.data, split.folder, split.seed) == ("mine.npz", "", 5)
    for data in ("mine.npz", str(tmp_path / "mine.npz"), "./mine.npz", "folder"):
        assert load_split(data, seed=5).digest == digest
    assert load_split("digits").classes == 10
    with pytest.raises(InputError, match=r"^digits holds no \.npz file"):
        load_split("./digits")
    with pytest.raises(InputError, match="unknown task 'folders'; known are "):
        load_split("folders")
    with pytest.raises(InputError) as raised:
        load_split("other.npz")
    assert str(raised.value) == "other.npz does not exist; a .npz file with spikes is needed, so check the path."


def test_only_tasks_that_know_speakers_hold_them_out_by_name() -> None:
    with pytest.raises(InputError) as raised:
        load_split("digits:george")
    assert str(raised.value) == (
        "'digits:george' names 'george' to hold out; fsdd, fsdd-causal, fsdd-normalised hold out speakers by name, so "
        "give digits alone."
    )
    with pytest.raises(InputError, match="unknown task 'folders:george'; known are "):
        load_split("folders:george")
