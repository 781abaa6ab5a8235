from pathlib import Path

import pytest

from search.data.readers.files import file_in, missing
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
