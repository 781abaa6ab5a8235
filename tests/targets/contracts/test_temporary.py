"""Temporary files: locked by who writes, swept when nobody does, and nothing else is ever swept."""

import errno
import fcntl
import os
from pathlib import Path

import pytest

from targets.contracts import temporary
from targets.contracts.temporary import PATTERN, sweep, temporary_file, temporary_folder


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def left(folder: Path, digits: str) -> Path:
    """A file as a killed process leaves it."""
    path = folder / f".motifc-4194304-{digits}.tmp"
    path.write_text("half")
    return path


def test_names_are_short_and_of_the_pattern(tmp_path: Path) -> None:
    for make in (temporary_file, temporary_folder):
        made = make(tmp_path)
        assert PATTERN.fullmatch(made.path.name)
        assert made.path.name.startswith(f".motifc-{os.getpid()}-")
        assert len(made.path.name) <= 31
        made.close()
    assert names(tmp_path) == []


def test_what_is_being_written_is_not_swept(tmp_path: Path) -> None:
    file, folder = temporary_file(tmp_path), temporary_folder(tmp_path)
    (folder.path / "a").write_text("half")
    sweep(tmp_path)
    assert file.path.exists()
    assert (folder.path / "a").read_text() == "half"
    file.close()
    folder.close()


def test_what_is_left_is_swept_files_and_folders(tmp_path: Path) -> None:
    left(tmp_path, "0123abcd")
    deep = tmp_path / ".motifc-7-89abcdef.tmp" / "deep"
    deep.mkdir(parents=True)
    (deep / "a").write_text("half")
    sweep(tmp_path)
    assert names(tmp_path) == []


def test_only_our_own_names_are_swept(tmp_path: Path) -> None:
    stay = sorted(
        (
            *(".motifc-7-0123abcd.tmp~", "motifc-7-0123abcd.tmp", ".motifc-7-0123abc.tmp", ".motifc-7-0123ABCD.tmp"),
            *(".motifc--0123abcd.tmp", ".motifc-x-0123abcd.tmp", ".a.0123abcd", ".motifc-7-0123abcd.tmp\n", ".motifc"),
        )
    )
    for name in stay:
        (tmp_path / name).touch()
    sweep(tmp_path)
    assert names(tmp_path) == stay


def test_links_and_pipes_of_our_names_stay(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("kept")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "kept").write_text("kept")
    (tmp_path / ".motifc-7-00000001.tmp").symlink_to("kept")
    (tmp_path / ".motifc-7-00000002.tmp").symlink_to("folder")
    os.mkfifo(tmp_path / ".motifc-7-00000003.tmp")
    before = names(tmp_path)
    sweep(tmp_path)
    assert names(tmp_path) == before
    assert (tmp_path / "folder" / "kept").read_text() == (tmp_path / "kept").read_text() == "kept"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files to others")
def test_what_others_have_left_stays(tmp_path: Path) -> None:
    theirs = left(tmp_path, "0123abcd")
    os.chown(theirs, 65534, 65534)
    sweep(tmp_path)
    assert theirs.exists()


def test_a_file_locked_by_another_process_stays(tmp_path: Path) -> None:
    theirs = left(tmp_path, "0123abcd")
    with theirs.open("r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        sweep(tmp_path)
        assert theirs.exists()
    sweep(tmp_path)
    assert not theirs.exists()


def test_without_locks_nothing_is_swept_and_all_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    stays = left(tmp_path, "0123abcd")
    monkeypatch.setattr(fcntl, "flock", no)
    made = temporary_file(tmp_path)
    sweep(tmp_path)
    assert names(tmp_path) == sorted([stays.name, made.path.name])
    made.close()
    assert names(tmp_path) == [stays.name]


@pytest.mark.parametrize("times", [1, 7])
@pytest.mark.parametrize("make", [temporary_file, temporary_folder])
def test_a_sweep_between_making_and_locking_makes_another_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: object, times: int
) -> None:
    lock = temporary._lock
    swept: list[list[str]] = []

    def late(handle: int) -> bool | None:
        if len(swept) < times and (found := names(tmp_path)):
            swept.append(found)
            monkeypatch.setattr(temporary, "_lock", lock)
            sweep(tmp_path)
            monkeypatch.setattr(temporary, "_lock", late)
        return lock(handle)

    monkeypatch.setattr(temporary, "_lock", late)
    made = make(tmp_path)  # type: ignore[operator]
    assert len(swept) == times
    assert names(tmp_path) == [made.path.name]
    made.close()


def test_a_folder_that_lets_nobody_in_is_told(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file or directory"):
        temporary_file(tmp_path / "no")
    sweep(tmp_path / "no")
