"""Malformed folders of a user's own spikes: each told in one sentence."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from search.data.own_data import own_split
from targets.contracts.errors import InputError
from tests.search.data.test_own_data import save, spikes


def nothing(folder: Path) -> str:
    (folder / "notes.txt").write_text("no spikes")
    return "FOLDER holds no .npz file; at least one with spikes and labels is needed, so put it there."


def no_train(folder: Path) -> str:
    save(folder / "test.npz", 10)
    return (
        "FOLDER holds test.npz; either train.npz with valid.npz and test.npz if you have them is allowed, or files of "
        "other names only, so rename them."
    )


def misspelt(folder: Path) -> str:
    save(folder / "train.npz", 30)
    save(folder / "tset.npz", 10)
    return (
        "FOLDER holds train.npz, tset.npz; either train.npz with valid.npz and test.npz if you have them is allowed, "
        "or files of other names only, so rename them."
    )


def mixed_widths(folder: Path) -> str:
    save(folder / "train.npz", 30, spikes=spikes(30, neurons=6))
    save(folder / "test.npz", 10)
    return (
        "FOLDER/train.npz is 6 neurons wide and FOLDER/test.npz 5; all files of a folder must be equally wide, so "
        "encode them alike."
    )


def mixed_widths_of_joined_files(folder: Path) -> str:
    save(folder / "monday.npz", 30)
    save(folder / "tuesday.npz", 30, spikes=spikes(30, neurons=6))
    return (
        "FOLDER/tuesday.npz is 6 neurons wide and FOLDER/monday.npz 5; all files of a folder must be equally wide, so "
        "encode them alike."
    )


def one_file_without_labels(folder: Path) -> str:
    save(folder / "monday.npz", 30)
    save(folder / "tuesday.npz", 30, labels=None)
    return "FOLDER/tuesday.npz holds no array named 'labels'; one class per sample is needed, so add it."


def one_class(folder: Path) -> str:
    save(folder / "monday.npz", 30, labels=np.zeros(30, int))
    save(folder / "tuesday.npz", 30, labels=np.zeros(30, int))
    return "FOLDER has samples of one class only; at least two are needed, so check its labels."


def class_that_only_the_test_part_has(folder: Path) -> str:
    save(folder / "train.npz", 30)
    save(folder / "test.npz", 10, labels=np.arange(10) % 3)
    return "FOLDER has labels up to 2 but no training sample of class 2; every class must be learned, so add samples."


def unreadable(folder: Path) -> str:
    save(folder / "train.npz", 30)
    (folder / "valid.npz").write_bytes(b"no archive")
    return (
        "FOLDER/valid.npz is not a readable .npz of spikes (no zip archive); write it with numpy.savez or motifc run."
    )


def truncated(folder: Path) -> str:
    save(folder / "train.npz", 30)
    whole = (folder / "train.npz").read_bytes()
    (folder / "train.npz").write_bytes(whole[: len(whole) // 2])
    return (
        "FOLDER/train.npz is not a readable .npz of spikes (no zip archive); write it with numpy.savez or motifc run."
    )


def like_parts(folder: Path) -> str:
    for name in ("Train", "testing", "my_val_2", "MineDevSet"):
        save(folder / f"{name}.npz", 30)
    return (
        "FOLDER holds MineDevSet.npz, Train.npz, my_val_2.npz, testing.npz, named almost as a part of a split; the "
        "parts are train.npz, valid.npz and test.npz, so rename MineDevSet.npz to valid.npz, Train.npz to train.npz, "
        "my_val_2.npz to valid.npz, testing.npz to test.npz, or, where it is no part, to a name without such words."
    )


def like_a_part_beside_a_part(folder: Path) -> str:
    save(folder / "train.npz", 30)
    save(folder / "test_1.npz", 30)
    return (
        "FOLDER holds test_1.npz, named almost as a part of a split; the parts are train.npz, valid.npz and "
        "test.npz, so rename test_1.npz to test.npz, or, where it is no part, to a name without such words."
    )


def groups_in_one_file_only(folder: Path) -> str:
    save(folder / "monday.npz", 30)
    save(folder / "tuesday.npz", 30, groups=np.arange(30))
    return (
        "FOLDER/tuesday.npz has groups and FOLDER/monday.npz has none; all files of a folder need them or none, so add "
        "or remove them."
    )


def a_group_in_two_parts(folder: Path) -> str:
    save(folder / "train.npz", 30, groups=np.arange(30) // 6)
    save(folder / "test.npz", 30, groups=np.arange(30) // 6 + 4.0)
    return (
        "FOLDER has samples of group '4' in test and in train; a group must be in one part alone, so move its samples."
    )


@pytest.mark.parametrize(
    "case",
    [
        like_parts,
        like_a_part_beside_a_part,
        groups_in_one_file_only,
        a_group_in_two_parts,
        nothing,
        no_train,
        misspelt,
        mixed_widths,
        mixed_widths_of_joined_files,
        one_file_without_labels,
        one_class,
        class_that_only_the_test_part_has,
        unreadable,
        truncated,
    ],
)
def test_malformed_folders_are_told_in_one_sentence(tmp_path: Path, case: Callable[[Path], str]) -> None:
    message = case(tmp_path)
    with pytest.raises(InputError) as raised:
        own_split(tmp_path, 0)
    assert str(raised.value) == message.replace("FOLDER", str(tmp_path))
