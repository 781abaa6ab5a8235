from pathlib import Path

import pytest

from search.data.readers.files import file_in, missing, visible
from search.data.task_info import TaskInfo
from targets.contracts.errors import InputError

INFO = TaskInfo("Far Data", "CC0", 2, 3, files="far.bin", page="Far, https://example.org")


def test_a_file_is_found_in_the_folder_before_one_a_level_below(tmp_path: Path) -> None:
    below = tmp_path / "unpacked" / "far.bin"
    below.parent.mkdir()
    below.touch()
    assert file_in(tmp_path, "far.bin", INFO) == below
    (tmp_path / "far.bin").touch()
    assert file_in(tmp_path, "far.bin", INFO) == tmp_path / "far.bin"


def test_a_missing_file_is_named_with_where_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        file_in(tmp_path, "far.bin", INFO)
    assert str(error.value) == (
        f"{tmp_path} holds no far.bin; Far Data needs far.bin, so get it from Far, https://example.org."
    )
    assert str(missing(tmp_path, "far.bin", INFO)) == str(error.value)


def test_what_a_system_hides_is_no_file_of_a_data_set(tmp_path: Path) -> None:
    root = tmp_path / ".data"  # a folder that a user keeps hidden is the user's to name
    for name in ("7.wav", "._7.wav", ".DS_Store", "a/8.wav", "a/._8.wav", ".git/9.wav", "._a/8.wav"):
        (root / name).parent.mkdir(exist_ok=True, parents=True)
        (root / name).touch()
    assert visible(root) == [root / "7.wav", root / "a"]
    assert visible(root, "*/*.wav") == [root / "a" / "8.wav"]
    assert visible(root, "**/*") == [root / "7.wav", root / "a", root / "a" / "8.wav"]
    assert visible(root / "absent") == []
